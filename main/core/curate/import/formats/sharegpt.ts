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

// Aliases as FastChat and LLaMA-Factory accept them.
const roles: Record<string, Role> = {
  human: 'user',
  user: 'user',
  gpt: 'assistant',
  assistant: 'assistant',
  chatgpt: 'assistant',
  bing: 'assistant',
  bard: 'assistant',
  system: 'system',
};
const toolRoles = new Set(['function_call', 'observation', 'tool']);

/** Reads `{conversations: [{from, value}], system?}`, the format of ShareGPT dumps. */
export function parseShareGpt(value: unknown): ParsedConversation {
  return finishConversation(shareGptMessages(objectOf(value, 'the record')));
}

/** The messages as they stand, also when no answer follows; throws `RecordProblem`. */
export function shareGptMessages(record: Record<string, unknown>): Message[] {
  const system = record['system'];
  const turns = listOf(record['conversations'], '"conversations"').map((item, index) =>
    shareGptMessage(objectOf(item, `turn ${index + 1}`), `turn ${index + 1}`),
  );
  if (typeof system !== 'string' || system.trim() === '') return turns;
  return [messageOf('system', system), ...turns];
}

function shareGptMessage(item: Record<string, unknown>, what: string): Message {
  const from = textOf(item['from'], `"from" of ${what}`);
  if (toolRoles.has(from))
    throw new RecordProblem(`${what} is a tool call; tool calls cannot be trained on`);
  const role = Object.hasOwn(roles, from) ? roles[from] : undefined;
  if (!role) throw new RecordProblem(`${what} is from the unknown speaker "${from}"`);
  return messageOf(role, textOf(item['value'], `"value" of ${what}`));
}
