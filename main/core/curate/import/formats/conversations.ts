import type { Message } from '../../../../../shared/domain/message.ts';
import { listOf, messageOf, textOf } from '../sample/finish-conversation.ts';
import { pairNames } from './pairs.ts';
import { isObject, type RecordFields } from './record-fields.ts';
import { turnOf, withSystem } from './turns.ts';

const turnLists = ['messages', 'conversations', 'conversation', 'contents', 'dialog'];
/** What may as well hold something else: a list of turns only when they say who speaks. */
const unsureTurnLists = ['dialogue', 'items', 'turns', 'chat_messages'];
const speakers = ['role', 'from', 'sender', 'speaker'];

/** The field of a record that holds the turns of a conversation, where there is one. */
export function turnListName(record: Record<string, unknown>): string | undefined {
  const isSpoken = (name: string) => {
    const list = record[name];
    const first: unknown = Array.isArray(list) ? list[0] : undefined;
    return isObject(first) && speakers.some((speaker) => speaker in first);
  };
  return (
    turnLists.find((name) => Array.isArray(record[name])) ??
    unsureTurnLists.find(isSpoken) ??
    (areTexts(record['data']) && pairNames(record).answer === undefined ? 'data' : undefined)
  );
}

/** UltraChat has the texts of a conversation in "data", where others have anything. */
const areTexts = (data: unknown) =>
  Array.isArray(data) && data.length > 0 && data.every((text) => typeof text === 'string');

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
  return withSystem(fields, turns);
}

/** LIMA's own `{conversations: [text, text, …], source}`, likewise: the user speaks first. */
export function limaMessages(fields: RecordFields): Message[] {
  const { record } = fields;
  const name = turnListName(record) ?? 'conversations';
  const turns = listOf(record[name], `"${name}"`).map((text, index) =>
    messageOf(index % 2 === 0 ? 'user' : 'assistant', textOf(text, `text ${index + 1}`)),
  );
  fields.use(record, [name], 'record');
  return withSystem(fields, turns);
}
