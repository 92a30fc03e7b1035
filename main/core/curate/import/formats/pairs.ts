import type { Message } from '../../../../../shared/domain/message.ts';
import { listOf, messageOf, textOf } from '../sample/finish-conversation.ts';
import { RecordProblem } from '../sample/import-error.ts';
import type { RecordFields } from './record-fields.ts';
import { turnOf, withSystem, withThought } from './turns.ts';

const promptNames = [
  'instruction',
  'prompt',
  'definition',
  'question',
  'problem',
  'query',
  'human',
  'user',
  'inputs',
  'input',
];
const answerNames = [
  'completion',
  'response',
  'solution',
  'answer',
  'output',
  'gpt',
  'chatgpt',
  'assistant',
  'targets',
  'target',
];
/** What was thought before the answer. */
const thoughtNames = ['reasoning_content', 'reasoning', 'thinking', 'complex_cot'];
/** What a question is about: a text that follows it after a blank line. */
const contextNames = ['input', 'inputs', 'context'];
/** What Alpaca and its heirs write where there is no input. */
const noInput = /^<?no ?input>?\.?$/i;

/** The fields of a record, in any case, that hold a question and its answer. */
export function pairNames(record: Record<string, unknown>): { prompt?: string; answer?: string } {
  const prompt = named(record, promptNames);
  const answer = named(record, answerNames);
  return { ...(prompt !== undefined && { prompt }), ...(answer !== undefined && { answer }) };
}

/**
 * Reads a question and its answer in two fields: `prompt` and `completion`, `question` and `answer`,
 * Alpaca's `instruction`, `input` and `output`, Dolly's `instruction`, `context` and `response`, with
 * LLaMA-Factory's `history`. Either may be a list of messages, as TRL has them.
 */
export function pairMessages(fields: RecordFields): Message[] {
  const { record } = fields;
  const { answer } = pairNames(record);
  const prompt = pairPrompt(fields);
  if (answer === undefined) throw new RecordProblem(`${nameList(answerNames)} is missing`);
  const spokenAnswer = spoken(record[answer], 'assistant', answer, fields);
  const thoughtName = named(record, thoughtNames) ?? '';
  const thought = record[thoughtName];
  const last = spokenAnswer.at(-1);
  const isThought = typeof thought === 'string' && spokenAnswer.length === 1 && last !== undefined;
  if (isThought)
    spokenAnswer[0] = { ...last, content: withThought(last.content, thought, `"${answer}"`) };
  fields.use(
    record,
    [...usedByPrompt(record), answer, ...(isThought ? [thoughtName] : [])],
    'record',
  );
  return [...prompt, ...spokenAnswer];
}

/** Everything before the answer: system, earlier turns, question and what it is about. */
export function pairPrompt(fields: RecordFields): Message[] {
  const { record } = fields;
  const { prompt } = pairNames(record);
  if (prompt === undefined) throw new RecordProblem(`${nameList(promptNames)} is missing`);
  const context = contextName(record, prompt);
  const about = context === undefined ? '' : optionalText(record[context], `"${context}"`);
  const asked = spoken(record[prompt], 'user', prompt, fields);
  const last = asked.at(-1);
  if (about.trim() !== '' && !noInput.test(about.trim()) && last)
    asked[asked.length - 1] = { ...last, content: `${last.content}\n\n${about}` };
  return withSystem(fields, [...historyTurns(record['history']), ...asked]);
}

function usedByPrompt(record: Record<string, unknown>): string[] {
  const { prompt = '' } = pairNames(record);
  return [prompt, contextName(record, prompt) ?? '', 'history'];
}

const contextName = (record: Record<string, unknown>, prompt: string) =>
  contextNames.find((name) => name !== prompt && record[name] !== undefined);

function spoken(
  value: unknown,
  role: 'user' | 'assistant',
  name: string,
  fields: RecordFields,
): Message[] {
  if (!Array.isArray(value)) return [messageOf(role, textOf(value, `"${name}"`))];
  return value.map((item, index) => turnOf(item, `message ${index + 1} of "${name}"`, fields));
}

function historyTurns(history: unknown): Message[] {
  if (history === undefined || history === null) return [];
  return listOf(history, '"history"').flatMap((item, index) => {
    const turn = listOf(item, `turn ${index + 1} of "history"`);
    if (turn.length !== 2)
      throw new RecordProblem(
        `turn ${index + 1} of "history" has ${turn.length} texts, expected 2`,
      );
    const [question, answer] = turn.map((text) => textOf(text, `a text of turn ${index + 1}`));
    return [messageOf('user', question ?? ''), messageOf('assistant', answer ?? '')];
  });
}

function named(record: Record<string, unknown>, names: readonly string[]): string | undefined {
  const keys = new Map(Object.keys(record).map((key) => [key.toLowerCase(), key]));
  const name = names.find((each) => {
    const key = keys.get(each);
    return key !== undefined && record[key] !== undefined && record[key] !== null;
  });
  return name === undefined ? undefined : keys.get(name);
}

const optionalText = (value: unknown, what: string) =>
  value === undefined || value === null ? '' : textOf(value, what);

const nameList = (names: readonly string[]) =>
  `a field such as ${names
    .slice(0, 3)
    .map((name) => `"${name}"`)
    .join(', ')}`;
