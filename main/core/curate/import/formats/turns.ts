import type { Message, Role } from '../../../../../shared/domain/message.ts';
import { cutText } from '../../../../../shared/text/foreign-text.ts';
import { messageOf, textOf } from '../sample/finish-conversation.ts';
import { RecordProblem } from '../sample/import-error.ts';
import { splitThinking, withoutThinking } from '../../../../../shared/template/thinking.ts';
import { isObject, isPresent, systemNames, type RecordFields } from './record-fields.ts';

// As OpenAI, TRL, FastChat, LLaMA-Factory and Gemini write them, in any case.
const roles: Record<string, Role> = {
  system: 'system',
  developer: 'system',
  user: 'user',
  human: 'user',
  prompter: 'user',
  assistant: 'assistant',
  gpt: 'assistant',
  chatgpt: 'assistant',
  bing: 'assistant',
  bard: 'assistant',
  model: 'assistant',
  ai: 'assistant',
  bot: 'assistant',
  chatbot: 'assistant',
  claude: 'assistant',
};
const toolRoles = new Set(['tool', 'function', 'function_call', 'observation']);
const speakerNames = ['role', 'from', 'sender', 'speaker'];
const contentNames = ['content', 'value', 'parts', 'text'];
const thoughtNames = ['reasoning_content', 'reasoning', 'thinking'];
const weightNames = ['weight', 'train', 'loss'];

/**
 * One turn of a conversation, whether it says `role` and `content` or `from` and `value`. Content is
 * text or a list of parts; a thought apart from it is put before it as models write it.
 */
export function turnOf(item: unknown, what: string, fields: RecordFields): Message {
  const turn = fields.lowered(item, what);
  const speaker = speakerNames.find((each) => turn[each] !== undefined) ?? 'role';
  const name = textOf(turn[speaker], `the ${speaker === 'role' ? 'role' : 'speaker'} of ${what}`);
  fields.refuseUntrainable(turn, what);
  if (toolRoles.has(name.toLowerCase()))
    throw new RecordProblem(`${what} is a tool call; tool calls cannot be trained on`);
  const key = name.toLowerCase();
  const role = Object.hasOwn(roles, key) ? roles[key] : undefined;
  if (!role) throw new RecordProblem(`${what} has the unknown role "${name}"`);
  const contentName = contentNames.find((field) => turn[field] !== undefined) ?? 'content';
  const content = contentText(turn[contentName], what);
  const thought = role === 'assistant' ? thoughtIn(turn, turn[contentName], what) : '';
  const weight = weightOf(turn, what);
  fields.use(
    turn,
    [speaker, contentName, ...weightNames, ...(thought === '' ? [] : thoughtNames)],
    'turn',
  );
  const message = messageOf(role, withThought(content, thought, what));
  return weight === undefined ? message : { ...message, weight };
}

function contentText(content: unknown, what: string): string {
  if (!Array.isArray(content)) {
    return textOf(content, what.startsWith('"') ? what : `the content of ${what}`);
  }
  return content.map((part) => partText(part, what)).join('');
}

function partText(part: unknown, what: string): string {
  if (typeof part === 'string') return part;
  const { type = 'text', ...fields } = partOf(part, what);
  if (isThoughtPart(part)) return '';
  if (type !== 'text' && type !== 'input_text' && type !== 'output_text')
    throw new RecordProblem(
      `${what} has a part of type ${cutText(String(type), 40)}; only text is read`,
    );
  const text = fields['text'] ?? fields['value'] ?? fields['content'];
  return textOf(text, `the text of ${what}`);
}

function partOf(part: unknown, what: string): Record<string, unknown> {
  if (isObject(part)) return { ...part };
  throw new RecordProblem(`a content part of ${what} is no object and no text`);
}

/** The turns behind the system message that stands beside them, where it is not among them, too. */
export function withSystem(fields: RecordFields, turns: readonly Message[]): Message[] {
  const { record } = fields;
  const name = systemNames.find((field) => isPresent(record[field]));
  if (name === undefined) return [...turns];
  const value = record[name];
  // Google has an object with parts here, Anthropic a list of them.
  const inside: Record<string, unknown> = isObject(value) ? { ...value } : {};
  const content = contentNames.map((field) => inside[field]).find((each) => each !== undefined);
  const text = contentText(content ?? value, `"${name}"`);
  const isThere = turns[0]?.role === 'system' && turns[0].content === text;
  return isThere || text.trim() === '' ? [...turns] : [messageOf('system', text), ...turns];
}

/** The thought of a turn: a field beside its content, or parts of it, as Anthropic and Mistral have. */
function thoughtIn(turn: Record<string, unknown>, content: unknown, what: string): string {
  const name = thoughtNames.find((field) => turn[field] !== undefined && turn[field] !== null);
  const beside = name === undefined ? '' : textOf(turn[name], `${name} of ${what}`);
  const parts = Array.isArray(content) ? content.filter(isThoughtPart) : [];
  const inside = parts.map((part) => contentText(part.thinking ?? part.text ?? '', what));
  return [beside, ...inside].join('\n\n').trim();
}

const isThoughtPart = (part: unknown): part is { thinking?: unknown; text?: unknown } =>
  isObject(part) && 'type' in part && (part.type === 'thinking' || part.type === 'reasoning');

/**
 * An answer behind its thought, between the marks that templates of models that think look for.
 * Throws `RecordProblem` where nobody could tell afterwards which is which.
 */
export function withThought(answer: string, told: string, what: string): string {
  // Some have the marks in the field, too.
  const trimmed = told.trim();
  const isMarked = trimmed.startsWith('<think>') && trimmed.endsWith('</think>');
  const thought = isMarked ? trimmed.slice('<think>'.length, -'</think>'.length).trim() : trimmed;
  if (thought === '') return answer;
  const own = splitThinking(answer).thinking ?? '';
  if (own === thought) return answer;
  if (own !== '')
    throw new RecordProblem(`${what} has a thought beside its text and another in it`);
  if (/<\/?think>/.test(thought))
    throw new RecordProblem(`the thought of ${what} has a <think> mark in the midst of it`);
  if (withoutThinking(answer).trim() === '')
    throw new RecordProblem(`${what} has a thought and no answer`);
  return `<think>\n${thought}\n</think>\n\n${withoutThinking(answer)}`;
}

/** Whether the loss counts a turn: `weight` as OpenAI has it, `train` or `loss` as others do. */
function weightOf(turn: Record<string, unknown>, what: string): 0 | 1 | undefined {
  const name = weightNames.find((field) => turn[field] !== undefined && turn[field] !== null);
  const weight = name === undefined ? undefined : turn[name];
  if (weight === undefined) return undefined;
  if (weight === 0 || weight === false) return 0;
  if (weight === 1 || weight === true) return 1;
  throw new RecordProblem(`the ${name} of ${what} is ${JSON.stringify(weight)}, expected 0 or 1`);
}
