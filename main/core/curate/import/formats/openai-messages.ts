import type { Message, Role } from '../../../../../shared/domain/message.ts';
import {
  finishConversation,
  listOf,
  messageOf,
  objectOf,
  textOf,
} from '../sample/finish-conversation.ts';
import { RecordProblem } from '../sample/import-error.ts';
import type { ParsedConversation } from '../sample/parsed-sample.ts';

const roles: Record<string, Role> = {
  system: 'system',
  developer: 'system',
  user: 'user',
  assistant: 'assistant',
};

/** Reads `{messages: [{role, content, weight?}]}`, the chat format of OpenAI and TRL. */
export function parseOpenAi(value: unknown): ParsedConversation {
  const record = objectOf(value, 'the record');
  return finishConversation(openAiMessages(record['messages']));
}

/** The messages as they stand, also when no answer follows; throws `RecordProblem`. */
export function openAiMessages(value: unknown): Message[] {
  return listOf(value, '"messages"').map((item, index) =>
    openAiMessage(objectOf(item, `message ${index + 1}`), `message ${index + 1}`),
  );
}

function openAiMessage(item: Record<string, unknown>, what: string): Message {
  const name = textOf(item['role'], `the role of ${what}`);
  if (name === 'tool' || name === 'function' || isPresent(item['tool_calls']))
    throw new RecordProblem(`${what} is a tool call; tool calls cannot be trained on`);
  const role = Object.hasOwn(roles, name) ? roles[name] : undefined;
  if (!role) throw new RecordProblem(`${what} has the unknown role "${name}"`);
  const message = messageOf(role, contentText(item['content'], what));
  const weight = item['weight'];
  return weight === 0 || weight === 1 ? { ...message, weight } : message;
}

function isPresent(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== null;
}

function contentText(content: unknown, what: string): string {
  if (!Array.isArray(content)) return textOf(content, `the content of ${what}`);
  return content
    .map((part) => partText(objectOf(part, `a content part of ${what}`), what))
    .join('');
}

function partText(part: Record<string, unknown>, what: string): string {
  if (part['type'] === 'text') return textOf(part['text'], `the text of ${what}`);
  throw new RecordProblem(
    `${what} has a part of type "${String(part['type'])}"; only text is read`,
  );
}
