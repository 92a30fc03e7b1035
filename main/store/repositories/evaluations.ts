import { v7 as uuidv7 } from 'uuid';
import type { SystemKey } from '../../../shared/domain/evaluation.ts';
import { all, get, run, withTransaction, type Database } from '../database.ts';

/** An evaluation as it is stored. */
export interface StoredEvaluation {
  id: string;
  name: string;
  promptSetId: string;
  systemAId: string;
  systemBId: string;
  seed: number;
  parallel: number;
  jobId: string | null;
  revealedMs: number | null;
  createdMs: number;
}

const evaluationColumns = `id, name, prompt_set_id AS promptSetId, system_a_id AS systemAId,
  system_b_id AS systemBId, seed, parallel, job_id AS jobId, revealed_ms AS revealedMs,
  created_ms AS createdMs`;

/** Stores an evaluation with its comparisons; `leftSides[i]` is the system shown left in item i. */
export function insertEvaluation(
  db: Database,
  evaluation: Omit<StoredEvaluation, 'jobId' | 'revealedMs' | 'createdMs'> & { author: string },
  promptIds: readonly string[],
  leftSides: readonly SystemKey[],
): void {
  withTransaction(db, () => {
    run(
      db,
      `INSERT INTO evaluation (id, name, prompt_set_id, system_a_id, system_b_id, seed, parallel,
         author, created_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      evaluation.id,
      evaluation.name,
      evaluation.promptSetId,
      evaluation.systemAId,
      evaluation.systemBId,
      evaluation.seed,
      evaluation.parallel,
      evaluation.author,
      Date.now(),
    );
    promptIds.forEach((promptId, ordinal) =>
      run(
        db,
        `INSERT INTO comparison (id, evaluation_id, ordinal, prompt_id, left_side)
         VALUES (?, ?, ?, ?, ?)`,
        uuidv7(),
        evaluation.id,
        ordinal,
        promptId,
        leftSides[ordinal],
      ),
    );
  });
}

/** Remembers the job that generates the answers. */
export function setEvaluationJob(db: Database, evaluationId: string, jobId: string): void {
  run(db, 'UPDATE evaluation SET job_id = ? WHERE id = ?', jobId, evaluationId);
}

/** Ends the blind phase; the first time counts. */
export function setRevealed(db: Database, evaluationId: string): void {
  run(
    db,
    'UPDATE evaluation SET revealed_ms = ? WHERE id = ? AND revealed_ms IS NULL',
    Date.now(),
    evaluationId,
  );
}

/** Every evaluation, newest first. */
export function listEvaluations(db: Database): StoredEvaluation[] {
  return all(db, `SELECT ${evaluationColumns} FROM evaluation ORDER BY id DESC`);
}

/** An evaluation by id or by name. */
export function findEvaluation(
  db: Database,
  by: 'id' | 'name',
  value: string,
): StoredEvaluation | undefined {
  return get(db, `SELECT ${evaluationColumns} FROM evaluation WHERE ${by} = ?`, value);
}
