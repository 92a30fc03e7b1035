import type { Message } from '../../../../../shared/domain/message.ts';
import {
  finishConversation,
  listOf,
  messageOf,
  objectOf,
  textOf,
} from '../sample/finish-conversation.ts';
import type { ParsedConversation } from '../sample/parsed-sample.ts';

/** As many as a person may give; lists and filters show it whole. */
const mostSourceCharacters = 200;

/** Reads LIMA's own `{conversations: [text, text, …], source}`: the user speaks first. */
export function parseLima(value: unknown): ParsedConversation {
  const record = objectOf(value, 'the record');
  const source = record['source'];
  const conversation = finishConversation(limaMessages(record['conversations']));
  return typeof source === 'string' && source !== ''
    ? { ...conversation, source: source.slice(0, mostSourceCharacters).toWellFormed() }
    : conversation;
}

/** The messages as they stand, also when no answer follows; throws `RecordProblem`. */
export function limaMessages(value: unknown): Message[] {
  return listOf(value, '"conversations"').map((text, index) =>
    messageOf(index % 2 === 0 ? 'user' : 'assistant', textOf(text, `text ${index + 1}`)),
  );
}
