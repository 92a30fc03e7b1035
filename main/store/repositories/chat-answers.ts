import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { paneSchema, type PaneId } from '../../../shared/domain/chat/chat-pane.ts';
import { identitySchema, type Identity } from '../../../shared/domain/identity.ts';
import type { Message } from '../../../shared/domain/message.ts';
import { countSchema, momentSchema } from '../../../shared/domain/stored-value.ts';
import { json, messagesColumn } from '../columns.ts';
import { all, get, run, withTransaction, type Database } from '../database.ts';
import { nextSequence } from './sequence.ts';

/** An answer of a chat pane, kept with the prompt it answers and what the engine says it ran. */
export interface NewChatAnswer {
  conversationId: string;
  pane: PaneId;
  messages: Message[];
  output: string;
  finish: string;
  identity: Identity;
}

/** Appends a chat answer. */
export function insertChatAnswer(db: Database, answer: NewChatAnswer): void {
  withTransaction(db, () =>
    run(
      db,
      `INSERT INTO chat_answer (id, conversation_id, pane, messages_json, output, finish,
         identity_json, created_ms, sequence)
       VALUES (@id, @conversationId, @pane, @messages, @output, @finish,
         @identity, @createdMs, @sequence)`,
      {
        ...answer,
        id: uuidv7(),
        messages: JSON.stringify(answer.messages),
        identity: JSON.stringify(answer.identity),
        createdMs: Date.now(),
        sequence: nextSequence(db),
      },
    ),
  );
}

const answerRow = z.object({
  id: z.string(),
  pane: paneSchema,
  messages: messagesColumn,
  output: z.string(),
  finish: z.enum(['stop', 'length', 'cancelled']),
  identity: json(identitySchema),
});

/** An answer as it is stored: with all that was asked before it. */
export type StoredAnswer = z.infer<typeof answerRow>;

/** Every answer of a conversation in the order they were given, also those replaced since. */
export const answersOf = (db: Database, conversationId: string): StoredAnswer[] =>
  all(
    db,
    answerRow,
    `SELECT id, pane, messages_json AS messages, output, finish, identity_json AS identity
     FROM chat_answer WHERE conversation_id = @conversationId ORDER BY sequence, id`,
    { conversationId },
  );

const openingRow = z.object({ id: z.string(), opening: z.string(), first: countSchema });
const lastRow = z.object({
  id: z.string(),
  pane: paneSchema,
  answers: countSchema,
  identity: json(identitySchema),
  changedMs: momentSchema,
  last: countSchema,
});

const openingLength = 200;
/** Behind the system prompt, where there is one. */
const firstPrompt = `coalesce(json_extract(messages_json, iif(
  json_extract(messages_json, '$[0].role') = 'system', '$[1].content', '$[0].content')), '')`;

/** How a conversation began; undefined where nothing of it is stored. */
export const conversationOpening = (db: Database, id: string): string | undefined =>
  get(
    db,
    openingRow,
    `SELECT conversation_id AS id, min(sequence) AS first,
       substr(${firstPrompt}, 1, @length) AS opening
     FROM chat_answer WHERE conversation_id = @id GROUP BY conversation_id`,
    { id, length: openingLength },
  )?.opening;

/**
 * How each conversation began, and the last answer of each of its panes, newest first. Columns that
 * stand beside one `min` or `max` are those of that row.
 */
export function conversationEnds(db: Database) {
  const openings = all(
    db,
    openingRow,
    `SELECT conversation_id AS id, min(sequence) AS first,
       substr(${firstPrompt}, 1, @length) AS opening
     FROM chat_answer GROUP BY conversation_id`,
    { length: openingLength },
  );
  const lasts = all(
    db,
    lastRow,
    `SELECT conversation_id AS id, pane, count(*) AS answers, identity_json AS identity,
       created_ms AS changedMs, max(sequence) AS last
     FROM chat_answer GROUP BY conversation_id, pane ORDER BY last DESC, id DESC`,
  );
  return { openings, lasts };
}

const wordsRow = z.object({ place: countSchema, id: z.string(), text: z.string() });

/** What was asked and answered, by a place in the file to go on from. */
export const chatWords = (db: Database, after: number, limit: number) =>
  all(
    db,
    wordsRow,
    `SELECT rowid AS place, conversation_id AS id,
       coalesce(json_extract(messages_json, '$[#-1].content'), '') || char(10) || output AS text
     FROM chat_answer WHERE rowid > @after ORDER BY rowid LIMIT @limit`,
    { after, limit },
  );
