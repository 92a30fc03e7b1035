import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import type { Identity } from '../../../shared/domain/identity.ts';
import { countSchema, idSchema } from '../../../shared/domain/stored-value.ts';
import { all, run, type Database } from '../database.ts';
import { messagesColumn } from '../columns.ts';

/** Why an answer ended: the model was done, or it reached the limit of tokens. */
export const finishColumn = z.enum(['stop', 'length']);

const missingRow = z.object({
  promptId: idSchema,
  ordinal: countSchema,
  messages: messagesColumn,
});

/** A prompt that still lacks an answer of a system. */
export type MissingGeneration = z.infer<typeof missingRow>;

/** Prompts of an evaluation that a system has not answered yet, in order. */
export function missingGenerations(
  db: Database,
  evaluationId: string,
  systemId: string,
): MissingGeneration[] {
  return all(
    db,
    missingRow,
    `SELECT p.id AS promptId, p.ordinal, p.messages_json AS messages FROM comparison c
     JOIN prompt p ON p.id = c.prompt_id
     WHERE c.evaluation_id = @evaluationId AND NOT EXISTS
       (SELECT 1 FROM generation g WHERE g.prompt_id = p.id AND g.system_id = @systemId)
     ORDER BY c.ordinal`,
    { evaluationId, systemId },
  );
}

/** A complete answer to a prompt of a set. */
export interface NewGeneration {
  systemId: string;
  promptId: string;
  output: string;
  finish: z.infer<typeof finishColumn>;
  promptTokens: number;
  outputTokens: number;
  durationMs: number;
  identity: Identity;
}

/** Stores an answer; a second one of the same system to the same prompt changes nothing. */
export function insertGeneration(db: Database, generation: NewGeneration): void {
  run(
    db,
    `INSERT INTO generation (id, system_id, prompt_id, output, finish, prompt_tokens, output_tokens,
       duration_ms, identity_json, created_ms)
     VALUES (@id, @systemId, @promptId, @output, @finish, @promptTokens, @outputTokens,
       @durationMs, @identity, @createdMs)
     ON CONFLICT (system_id, prompt_id) DO NOTHING`,
    {
      ...generation,
      id: uuidv7(),
      identity: JSON.stringify(generation.identity),
      createdMs: Date.now(),
    },
  );
}
