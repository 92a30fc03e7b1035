import type { Message } from '../domain/message.ts';
import { formatQuantity } from '../text/numbers.ts';

/** The text of an answer as a person is meant to read it, and what the model thought before. */
export interface ThoughtAnswer {
  /** What stands between the tags; null where the model did not think. */
  thinking: string | null;
  /** The text behind the thinking; all of it where there is none. */
  answer: string;
  /** The thinking was not closed: it still goes on, or was cut. */
  isOpen: boolean;
}

/** Tags that models open and close their thinking with: Qwen and DeepSeek, others, Mistral. */
const tags = [
  ['<think>', '</think>'],
  ['<thinking>', '</thinking>'],
  ['[THINK]', '[/THINK]'],
] as const;

/** A closing tag at the end of a line, which is no code: the prompt opened the thinking. */
const unopened = /^(?:(?!<think>|```)[^])*?(?<!`)<\/think>[ \t]*(?=\r?\n|$)/;

/**
 * Splits a text into thinking and answer. Thinking stands at its start alone: tags further on are
 * text about them. An opening tag may be missing, because it stood in the prompt.
 */
export function splitThinking(text: string): ThoughtAnswer {
  const thoughts: string[] = [];
  let rest = text;
  for (let start = openingOf(rest); start; start = openingOf(rest)) {
    const inside = rest.trimStart().slice(start.open.length);
    const end = inside.indexOf(start.close);
    if (end < 0) return { thinking: join([...thoughts, inside]), answer: '', isOpen: true };
    thoughts.push(inside.slice(0, end));
    rest = inside.slice(end + start.close.length);
  }
  const isUnopened = thoughts.length === 0 && text.includes('</think>');
  const [closed] = isUnopened ? (unopened.exec(text) ?? []) : [];
  if (closed !== undefined) {
    thoughts.push(closed.trimEnd().slice(0, -'</think>'.length));
    rest = text.slice(closed.length);
  }
  if (thoughts.length === 0) return { thinking: null, answer: text, isOpen: false };
  return { thinking: join(thoughts), answer: rest.replace(/^\s*\n|^\s+/, ''), isOpen: false };
}

function openingOf(text: string): { open: string; close: string } | undefined {
  const start = text.trimStart();
  const found = tags.find(([open]) => start.startsWith(open));
  return found && { open: found[0], close: found[1] };
}

const join = (thoughts: readonly string[]): string =>
  thoughts
    .map((thought) => thought.trim())
    .filter((thought) => thought !== '')
    .join('\n\n');

/** The answer alone: what is voted on, compared, measured and looked through. */
export const withoutThinking = (text: string): string => splitThinking(text).answer;

/** Whether a person who sees no thinking would see the same twice. */
export const sameAnswer = (one: string, other: string): boolean =>
  withoutThinking(one) === withoutThinking(other);

/** How many words a thought has. */
export const wordsOf = (thinking: string | null): number => thinking?.match(/\S+/g)?.length ?? 0;

/** How much was thought: `Thought for 12 words`; empty where nothing was. */
export function thoughtNote({ thinking, isOpen }: ThoughtAnswer): string {
  if (wordsOf(thinking) === 0) return '';
  const note = `Thought for ${formatQuantity(wordsOf(thinking), 'word')}`;
  return isOpen ? `${note} and came to no answer` : note;
}

/**
 * How many samples a conversation may become where the template drops the thinking of earlier
 * answers and each answer is trained with its own.
 */
export function mostSamplesOf(messages: readonly Message[]): number {
  const trained = messages.filter(({ role, weight }) => role === 'assistant' && weight !== 0);
  return trained.slice(0, -1).some(thinks) ? trained.length : 1;
}

const thinks = ({ content }: Message): boolean => (splitThinking(content).thinking ?? '') !== '';
