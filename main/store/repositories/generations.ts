import { createHash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import type { AnswerFinish } from '../../../shared/domain/evaluate/evaluation.ts';
import type { AnswerIdentity } from '../../../shared/domain/identity.ts';
import type { Message } from '../../../shared/domain/message.ts';
import { countSchema, idSchema } from '../../../shared/domain/stored-value.ts';
import { all, get, run, type Database } from '../database.ts';
import { idRow, messagesColumn } from '../columns.ts';
import { sampleWordsHash } from '../content-hash.ts';

const missingRow = z.object({
  /** Of the comparison in its evaluation, or of the prompt in a study. */
  place: countSchema,
  promptId: idSchema,
  /** Which of the prompts with the same words in its set it is, from 0. */
  repetition: countSchema,
  messages: messagesColumn,
});

/** A prompt that still lacks an answer of a system. */
export type MissingAnswer = z.infer<typeof missingRow>;

/** Prompts of an evaluation that a system has not answered yet, in order. */
export function missingGenerations(
  db: Database,
  evaluationId: string,
  systemId: string,
): MissingAnswer[] {
  return all(
    db,
    missingRow,
    `WITH asked AS (
       SELECT id, messages_json,
         row_number() OVER (PARTITION BY messages_json ORDER BY ordinal) - 1 AS repetition
       FROM prompt WHERE prompt_set_id =
         (SELECT prompt_set_id FROM evaluation WHERE id = @evaluationId))
     SELECT c.ordinal AS place, p.id AS promptId, p.repetition,
       p.messages_json AS messages
     FROM comparison c JOIN asked p ON p.id = c.prompt_id
     WHERE c.evaluation_id = @evaluationId AND NOT EXISTS
       (SELECT 1 FROM generation g WHERE g.prompt_id = p.id AND g.system_id = @systemId)
     ORDER BY c.ordinal`,
    { evaluationId, systemId },
  );
}

const promptRow = z.object({ promptId: idSchema });

/** Prompts of evaluations that a system, which takes part in all of them, has not answered yet. */
export function unansweredBy(
  db: Database,
  systemId: string,
  evaluationIds: readonly string[],
): Set<string> {
  const rows = all(
    db,
    promptRow,
    `SELECT DISTINCT c.prompt_id AS promptId FROM comparison c
     WHERE c.evaluation_id IN (SELECT value FROM json_each(@ids)) AND NOT EXISTS
       (SELECT 1 FROM generation g WHERE g.prompt_id = c.prompt_id AND g.system_id = @systemId)`,
    { ids: JSON.stringify(evaluationIds), systemId },
  );
  return new Set(rows.map(({ promptId }) => promptId));
}

/** The comparisons of evaluations that ask one of these prompts. */
export function comparisonIdsOn(
  db: Database,
  evaluationIds: readonly string[],
  promptIds: ReadonlySet<string>,
): string[] {
  return all(
    db,
    idRow,
    `SELECT id FROM comparison
     WHERE evaluation_id IN (SELECT value FROM json_each(@ids))
       AND prompt_id IN (SELECT value FROM json_each(@prompts))`,
    { ids: JSON.stringify(evaluationIds), prompts: JSON.stringify([...promptIds]) },
  ).map(({ id }) => id);
}

const askedRow = z.object({ messages: messagesColumn });

/** What an answer's hash is made of; `identity` is the text that is stored. */
interface HashedAnswer {
  asked: readonly Message[];
  output: string;
  finish: string;
  identity: string;
}

/** SHA-256 over an answer with what was asked and what gave it, so that none of it changes alone. */
export const answerHash = ({ asked, output, finish, identity }: HashedAnswer): string =>
  createHash('sha256')
    .update(JSON.stringify([sampleWordsHash(asked), output, finish, identity]))
    .digest('hex');

/** A complete answer to a prompt of a set, or why there is none. */
export interface NewGeneration {
  systemId: string;
  promptId: string;
  output: string;
  finish: AnswerFinish;
  promptTokens: number;
  outputTokens: number;
  durationMs: number;
  identity: AnswerIdentity;
}

/** Stores an answer; a second one of the same system to the same prompt changes nothing. */
export function insertGeneration(db: Database, generation: NewGeneration): void {
  const identity = JSON.stringify(generation.identity);
  const { promptId, output, finish } = generation;
  const asked = get(
    db,
    askedRow,
    'SELECT messages_json AS messages FROM prompt WHERE id = @promptId',
    {
      promptId,
    },
  );
  run(
    db,
    `INSERT INTO generation (id, system_id, prompt_id, output, finish, prompt_tokens, output_tokens,
       duration_ms, identity_json, created_ms, answer_hash)
     VALUES (@id, @systemId, @promptId, @output, @finish, @promptTokens, @outputTokens,
       @durationMs, @identity, @createdMs, @answerHash)
     ON CONFLICT (system_id, prompt_id) DO NOTHING`,
    {
      ...generation,
      id: uuidv7(),
      identity,
      answerHash: answerHash({ asked: asked?.messages ?? [], output, finish, identity }),
      createdMs: Date.now(),
    },
  );
}
