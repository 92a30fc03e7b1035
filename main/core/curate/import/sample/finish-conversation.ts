import {
  conversationProblem,
  messageSchema,
  type Message,
  type Role,
} from '../../../../../shared/domain/message.ts';
import type { Flag } from '../../../../../shared/domain/sample.ts';
import { measureText } from '../../../../../shared/flags/sample-flags.ts';
import { formatCount } from '../../../../../shared/text/numbers.ts';
import { RecordProblem } from './import-error.ts';
import type { ParsedConversation } from './parsed-sample.ts';

/** One message; unpaired surrogates are replaced, since they survive neither UTF-8 nor a hash. */
export function messageOf(role: Role, content: string): Message {
  return { role, content: content.toWellFormed() };
}

/** A JSON object with unknown fields; throws `RecordProblem` for any other value. */
export function objectOf(value: unknown, what: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw new RecordProblem(`${what} is ${nameOf(value)}, expected an object`);
}

/** A text field; throws `RecordProblem` naming it when it is anything else. */
export function textOf(value: unknown, what: string): string {
  if (typeof value === 'string') return value;
  throw new RecordProblem(`${what} is ${nameOf(value)}, expected text`);
}

/** A list field; throws `RecordProblem` naming it when it is anything else. */
export function listOf(value: unknown, what: string): unknown[] {
  if (Array.isArray(value)) return value;
  throw new RecordProblem(`${what} is ${nameOf(value)}, expected a list`);
}

/**
 * The rules every conversation ends with, whichever format it came in: leading system messages
 * become one, a last question without an answer is cut and flagged. Throws `RecordProblem` when
 * what is left is not a conversation that ends with an answer.
 */
export function finishConversation(parsed: readonly Message[]): ParsedConversation {
  const messages = mergeLeadingSystem(parsed);
  const flags: Flag[] = [];
  if (isPromptOnly(messages))
    throw new RecordProblem('there is no answer; import it as a prompt set');
  if (messages.length > 2 && messages.at(-1)?.role === 'user') {
    messages.pop();
    flags.push(cutFlag(messages.length + 1));
  }
  const problem = conversationProblem(messages) ?? sizeProblem(messages);
  if (problem) throw new RecordProblem(problem);
  return { messages, flags: [...flags, ...measureText(messages)] };
}

function nameOf(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : `of type ${typeof value}`;
}

function mergeLeadingSystem(messages: readonly Message[]): Message[] {
  const end = messages.findIndex((message) => message.role !== 'system');
  const count = end === -1 ? messages.length : end;
  if (count < 2) return [...messages];
  const texts = messages.slice(0, count).map((message) => message.content);
  return [messageOf('system', texts.join('\n\n')), ...messages.slice(count)];
}

function isPromptOnly(messages: readonly Message[]): boolean {
  const hasUser = messages.some((message) => message.role === 'user');
  return hasUser && !messages.some((message) => message.role === 'assistant');
}

function cutFlag(count: number): Flag {
  const reason = `the last of ${count} messages has no answer and was cut`;
  return { rule: 'truncated-conversation', scope: 'both', reason };
}

function sizeProblem(messages: readonly Message[]): string | undefined {
  const index = messages.findIndex((message) => !messageSchema.safeParse(message).success);
  const length = messages[index]?.content.length;
  if (length === undefined) return undefined;
  return `message ${index + 1} has ${formatCount(length)} characters: it is too long`;
}
