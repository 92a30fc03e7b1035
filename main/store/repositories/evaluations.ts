import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { promptKey } from '../../../shared/domain/evaluate/answer-seed.ts';
import type { SystemKey } from '../../../shared/domain/evaluate/evaluation.ts';
import { idSchema, momentSchema, nameSchema } from '../../../shared/domain/stored-value.ts';
import { all, get, run, withTransaction, type Database } from '../database.ts';
import { flagColumn, messagesColumn } from '../columns.ts';
import { nextSequence } from './sequence.ts';

const evaluationRow = z.object({
  id: idSchema,
  name: nameSchema,
  promptSetId: idSchema,
  systemAId: idSchema,
  systemBId: idSchema,
  seed: z.number().int().min(0).max(4_294_967_295),
  parallel: z.number().int().min(1).max(64),
  bothBad: flagColumn,
  jobId: idSchema.nullable(),
  studyId: idSchema.nullable(),
  revealedMs: momentSchema.nullable(),
  createdMs: momentSchema,
});

/** An evaluation as it is stored. */
export type StoredEvaluation = z.infer<typeof evaluationRow>;

const evaluationColumns = `id, name, prompt_set_id AS promptSetId, system_a_id AS systemAId,
  system_b_id AS systemBId, seed, parallel, both_bad AS bothBad, job_id AS jobId, study_id AS studyId, revealed_ms AS revealedMs,
  created_ms AS createdMs`;

/** What belongs to a study: it gives out ids that do not tell which comparisons are of one pair. */
export interface PartOfStudy {
  studyId: string;
  comparisonIds: readonly string[];
}

/** Stores an evaluation with its comparisons; `leftSides[i]` is the system shown left in item i. */
export function insertEvaluation(
  db: Database,
  evaluation: Omit<
    StoredEvaluation,
    'jobId' | 'revealedMs' | 'createdMs' | 'studyId' | 'bothBad'
  > & {
    author: string;
    bothBad?: boolean | undefined;
  },
  promptIds: readonly string[],
  leftSides: readonly SystemKey[],
  part?: PartOfStudy,
): void {
  withTransaction(db, () => {
    run(
      db,
      `INSERT INTO evaluation (id, name, prompt_set_id, system_a_id, system_b_id, seed, parallel,
         author, created_ms, sequence, study_id, both_bad)
       VALUES (@id, @name, @promptSetId, @systemAId, @systemBId, @seed, @parallel,
         @author, @createdMs, @sequence, @studyId, @bothBad)`,
      {
        ...evaluation,
        bothBad: evaluation.bothBad ? 1 : 0,
        studyId: part?.studyId ?? null,
        createdMs: Date.now(),
        sequence: nextSequence(db),
      },
    );
    for (const [ordinal, promptId] of promptIds.entries())
      run(
        db,
        `INSERT INTO comparison (id, evaluation_id, ordinal, prompt_id, left_side)
         VALUES (@id, @evaluationId, @ordinal, @promptId, @leftSide)`,
        {
          id: part?.comparisonIds[ordinal] ?? uuidv7(),
          evaluationId: evaluation.id,
          ordinal,
          promptId,
          leftSide: leftSides[ordinal] ?? null,
        },
      );
  });
}

/** Remembers the job that generates the answers. */
export function setEvaluationJob(db: Database, evaluationId: string, jobId: string): void {
  run(db, 'UPDATE evaluation SET job_id = @jobId WHERE id = @evaluationId', {
    evaluationId,
    jobId,
  });
}

/** Ends the blind phase; the first time counts. */
export function setRevealed(db: Database, evaluationId: string): void {
  run(
    db,
    `UPDATE evaluation SET revealed_ms = @revealedMs
     WHERE id = @evaluationId AND revealed_ms IS NULL`,
    { evaluationId, revealedMs: Date.now() },
  );
}

/** Every evaluation, newest first. */
export function listEvaluations(db: Database): StoredEvaluation[] {
  return all(
    db,
    evaluationRow,
    `SELECT ${evaluationColumns} FROM evaluation ORDER BY sequence DESC, id DESC`,
  );
}

/** An evaluation by id or by name. */
export function findEvaluation(
  db: Database,
  by: 'id' | 'name',
  value: string,
): StoredEvaluation | undefined {
  return get(
    db,
    evaluationRow,
    `SELECT ${evaluationColumns} FROM evaluation WHERE ${by} = @value`,
    { value },
  );
}

type OfSystems = Pick<StoredEvaluation, 'systemAId' | 'systemBId'>;

/** The evaluations of a study in the order in which they were set up. */
export function evaluationsOfStudy(db: Database, studyId: string): StoredEvaluation[] {
  return all(
    db,
    evaluationRow,
    `SELECT ${evaluationColumns} FROM evaluation WHERE study_id = @studyId ORDER BY sequence, id`,
    { studyId },
  );
}

/** Every evaluation of the same two systems, oldest first: each but the first extends the ones before. */
export function evaluationsOfSystems(
  db: Database,
  { systemAId, systemBId }: OfSystems,
): StoredEvaluation[] {
  return all(
    db,
    evaluationRow,
    `SELECT ${evaluationColumns} FROM evaluation
     WHERE system_a_id = @systemAId AND system_b_id = @systemBId ORDER BY sequence, id`,
    { systemAId, systemBId },
  );
}

const seedRow = z.object({ seed: z.number().int() });

/**
 * The wanted seed of sides, or the next one that no evaluation has: the sides of pairs that were
 * revealed must not tell those of other pairs, least of all of the same prompts.
 */
export function unusedSeed(db: Database, wanted: number): number {
  const rows = all(db, seedRow, 'SELECT DISTINCT seed FROM evaluation');
  const used = new Set(rows.map(({ seed }) => seed));
  let seed = wanted >>> 0;
  while (used.has(seed)) seed = (seed + 1) >>> 0;
  return seed;
}

const askedRow = z.object({ messages: messagesColumn });

/** What two systems were compared on, by `promptKey`, whichever set it came from. */
export function askedBySystems(db: Database, { systemAId, systemBId }: OfSystems): Set<string> {
  const rows = all(
    db,
    askedRow,
    `SELECT p.messages_json AS messages FROM comparison c JOIN prompt p ON p.id = c.prompt_id
     JOIN evaluation e ON e.id = c.evaluation_id
     WHERE e.system_a_id = @systemAId AND e.system_b_id = @systemBId`,
    { systemAId, systemBId },
  );
  return new Set(rows.map(({ messages }) => promptKey(messages)));
}
