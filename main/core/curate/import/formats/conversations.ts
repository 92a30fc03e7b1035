import type { Message } from '../../../../../shared/domain/message.ts';
import { listOf, messageOf, textOf } from '../sample/finish-conversation.ts';
import type { RecordFields } from './record-fields.ts';
import { turnOf } from './turns.ts';

const turnLists = ['messages', 'conversations', 'conversation', 'contents', 'dialog'];

/** The field of a record that holds the turns of a conversation, where there is one. */
export function turnListName(record: Record<string, unknown>): string | undefined {
  return turnLists.find((name) => Array.isArray(record[name]));
}

/**
 * The turns as they stand, also when no answer follows: `{messages: [{role, content, weight?}]}` of
 * OpenAI and TRL, `{conversations: [{from, value}]}` of ShareGPT, or one with the words of the
 * other; a `system` beside them comes first. Throws `RecordProblem`.
 */
export function turnMessages(fields: RecordFields, usual: 'messages' | 'conversations'): Message[] {
  const { record } = fields;
  const name = turnListName(record) ?? usual;
  const word = name === 'messages' ? 'message' : 'turn';
  const turns = listOf(record[name], `"${name}"`).map((item, index) =>
    turnOf(item, `${word} ${index + 1}`, fields),
  );
  fields.use(record, [name], 'record');
  return [...fields.systemMessages(), ...turns];
}

/** LIMA's own `{conversations: [text, text, …], source}`, likewise: the user speaks first. */
export function limaMessages(fields: RecordFields): Message[] {
  const { record } = fields;
  const name = turnListName(record) ?? 'conversations';
  const turns = listOf(record[name], `"${name}"`).map((text, index) =>
    messageOf(index % 2 === 0 ? 'user' : 'assistant', textOf(text, `text ${index + 1}`)),
  );
  fields.use(record, [name], 'record');
  return [...fields.systemMessages(), ...turns];
}
