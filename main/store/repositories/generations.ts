import { createHash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import type { TurnAnswer } from '../../../shared/domain/evaluate/dialogue.ts';
import { withRepetitions } from '../../../shared/domain/evaluate/answer-seed.ts';
import {
  answerFinishSchema,
  type AnswerFinish,
} from '../../../shared/domain/evaluate/evaluation.ts';
import { answerIdentitySchema, type AnswerIdentity } from '../../../shared/domain/identity.ts';
import type { Message } from '../../../shared/domain/message.ts';
import { countSchema, idSchema } from '../../../shared/domain/stored-value.ts';
import { all, get, run, withTransaction, type Database } from '../database.ts';
import { idRow, json, messagesColumn } from '../columns.ts';
import { sampleWordsHash } from '../content-hash.ts';
import { turnsColumn } from './unfinished-dialogues.ts';

/** A prompt that still lacks an answer of a system. */
export interface MissingAnswer {
  /** Of the comparison in its evaluation, or of the prompt in a study. */
  place: number;
  promptId: string;
  /** Which of the prompts with the same words in its set it is, from 0. */
  repetition: number;
  messages: Message[];
}

const placeRow = z.object({ place: countSchema, promptId: idSchema });
const setPromptRow = z.object({ promptId: idSchema, messages: messagesColumn });

/** Prompts of an evaluation that a system has not answered yet, in order. */
export function missingGenerations(
  db: Database,
  evaluationId: string,
  systemId: string,
): MissingAnswer[] {
  const missing = all(
    db,
    placeRow,
    `SELECT c.ordinal AS place, c.prompt_id AS promptId FROM comparison c
     WHERE c.evaluation_id = @evaluationId AND NOT EXISTS
       (SELECT 1 FROM generation g WHERE g.prompt_id = c.prompt_id AND g.system_id = @systemId)
     ORDER BY c.ordinal`,
    { evaluationId, systemId },
  );
  if (missing.length === 0) return [];
  const asked = new Map(
    promptsOfEvaluation(db, evaluationId).map((prompt) => [prompt.promptId, prompt]),
  );
  return missing.flatMap(({ place, promptId }) => {
    const prompt = asked.get(promptId);
    return prompt ? [{ ...prompt, place }] : [];
  });
}

/** Every prompt of the set that an evaluation asks from, in order, also those that it leaves out. */
function promptsOfEvaluation(db: Database, evaluationId: string) {
  return withRepetitions(
    all(
      db,
      setPromptRow,
      `SELECT id AS promptId, messages_json AS messages FROM prompt WHERE prompt_set_id =
         (SELECT prompt_set_id FROM evaluation WHERE id = @evaluationId)
       ORDER BY ordinal`,
      { evaluationId },
    ),
  );
}

const promptRow = z.object({ promptId: idSchema });

/** Prompts that some evaluations ask of a system, and that it has not answered yet. */
export function unansweredBy(
  db: Database,
  systemId: string,
  evaluationIds: readonly string[],
): Set<string> {
  const rows = all(
    db,
    promptRow,
    `SELECT DISTINCT c.prompt_id AS promptId
     FROM comparison c JOIN evaluation e ON e.id = c.evaluation_id
     WHERE e.id IN (SELECT value FROM json_each(@ids))
       AND @systemId IN (e.system_a_id, e.system_b_id) AND NOT EXISTS
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

/** The comparisons that a system takes part in and that ask one of these prompts. */
export function comparisonIdsOfSystem(
  db: Database,
  systemId: string,
  promptIds: ReadonlySet<string>,
): string[] {
  return all(
    db,
    idRow,
    `SELECT c.id FROM comparison c JOIN evaluation e ON e.id = c.evaluation_id
     WHERE @systemId IN (e.system_a_id, e.system_b_id)
       AND c.prompt_id IN (SELECT value FROM json_each(@prompts))`,
    { systemId, prompts: JSON.stringify([...promptIds]) },
  ).map(({ id }) => id);
}

const answeredRow = z.object({
  promptId: idSchema,
  messages: messagesColumn,
  repetition: countSchema,
});

/**
 * Prompts of any set that a system has answered here, with what its seed was drawn from; old
 * answers, whose seed was that of their place, are left out.
 */
export function answeredPrompts(db: Database, systemId: string): z.infer<typeof answeredRow>[] {
  return all(
    db,
    answeredRow,
    `SELECT g.prompt_id AS promptId, p.messages_json AS messages,
       g.identity_json ->> 'repetition' AS repetition
     FROM generation g JOIN prompt p ON p.id = g.prompt_id
     WHERE g.system_id = @systemId AND g.finish <> 'failed'
       AND g.identity_json ->> 'repetition' IS NOT NULL`,
    { systemId },
  );
}

const copiedRow = z.object({
  output: z.string(),
  finish: answerFinishSchema,
  promptTokens: countSchema,
  outputTokens: countSchema,
  durationMs: z.number(),
  identity: json(answerIdentitySchema),
  earlier: turnsColumn.nullable(),
});

/** Stores the answer of a system to one prompt as that to another one with the same words. */
export function copyGeneration(
  db: Database,
  systemId: string,
  { from, to }: { from: string; to: string },
): void {
  const found = get(
    db,
    copiedRow,
    `SELECT output, finish, prompt_tokens AS promptTokens, output_tokens AS outputTokens,
       duration_ms AS durationMs, identity_json AS identity, turns_json AS earlier
     FROM generation WHERE system_id = @systemId AND prompt_id = @from`,
    { systemId, from },
  );
  if (!found) return;
  const { earlier, ...answer } = found;
  insertGeneration(db, { ...answer, systemId, promptId: to, ...(earlier && { earlier }) });
}

const askedRow = z.object({ messages: messagesColumn });

/** What an answer's hash is made of; `identity` is the text that is stored. */
interface HashedAnswer {
  asked: readonly Message[];
  output: string;
  finish: string;
  identity: string;
  /** Of a dialogue the answers before the last one, likewise. */
  earlier: string | null;
}

/** SHA-256 over an answer with what was asked and what gave it, so that none of it changes alone. */
export function answerHash({ asked, output, finish, identity, earlier }: HashedAnswer): string {
  const hashed = [sampleWordsHash(asked), output, finish, identity];
  // Without earlier answers it is the hash from before there were dialogues.
  const all = earlier === null ? hashed : [...hashed, earlier];
  return createHash('sha256').update(JSON.stringify(all)).digest('hex');
}

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
  /** Of a dialogue the answers before this last one; absent of a single answer. */
  earlier?: readonly TurnAnswer[];
}

/**
 * Stores an answer, or a dialogue that is complete; a second one of the same system to the same
 * prompt changes nothing.
 */
export function insertGeneration(db: Database, generation: NewGeneration): void {
  withTransaction(db, () => {
    insertRow(db, generation);
    run(
      db,
      'DELETE FROM unfinished_dialogue WHERE system_id = @systemId AND prompt_id = @promptId',
      { systemId: generation.systemId, promptId: generation.promptId },
    );
  });
}

function insertRow(db: Database, generation: NewGeneration): void {
  const identity = JSON.stringify(generation.identity);
  const earlier = generation.earlier ? JSON.stringify(generation.earlier) : null;
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
       duration_ms, identity_json, created_ms, answer_hash, turns_json)
     VALUES (@id, @systemId, @promptId, @output, @finish, @promptTokens, @outputTokens,
       @durationMs, @identity, @createdMs, @answerHash, @earlier)
     ON CONFLICT (system_id, prompt_id) DO NOTHING`,
    {
      ...generation,
      id: uuidv7(),
      identity,
      earlier,
      answerHash: answerHash({ asked: asked?.messages ?? [], output, finish, identity, earlier }),
      createdMs: Date.now(),
    },
  );
}
