import { v7 as uuidv7 } from 'uuid';
import type { Identity } from '../../../shared/domain/identity.ts';
import type { Message } from '../../../shared/domain/message.ts';
import { countRow } from '../columns.ts';
import { get, run, withTransaction, type Database } from '../database.ts';
import { nextSequence } from './sequence.ts';

/** An answer of a chat pane, kept with the prompt it answers and what the engine says it ran. */
export interface NewChatAnswer {
  conversationId: string;
  pane: 'left' | 'right';
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

/** How many answers of a conversation are stored. */
export const countConversation = (db: Database, conversationId: string): number =>
  get(
    db,
    countRow,
    'SELECT count(*) AS n FROM chat_answer WHERE conversation_id = @conversationId',
    { conversationId },
  )?.n ?? 0;
