import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { checkpointSchema } from '../../../shared/domain/run.ts';
import { all, assembled, get, run, withTransaction, type Database } from '../database.ts';
import { artifactColumn, idRow, real } from '../columns.ts';
import { addLabel, isCheckpointLive, isDeleted, isLive } from './labels.ts';
import { pickedHash } from './picks.ts';

/**
 * The epoch of a row with `run_id`, `epoch` and `step`: the column counts the epochs that were
 * begun, and where the step lies within the last one this is the passes until then, as in 1.5.
 */
export const passesOf = (row: 'c' | 'd'): string => `coalesce((
    SELECT round(max(${row}.epoch - 0.99, min(${row}.epoch - 0.01, m.epoch)), 2) FROM run_metric m
    WHERE m.run_id = ${row}.run_id AND m.step = ${row}.step
      AND m.epoch > ${row}.epoch - 1 AND m.epoch < ${row}.epoch), ${row}.epoch)`;

const checkpointRow = checkpointSchema.omit({ path: true }).extend({
  file: artifactColumn,
  meanLoss: real,
  devLoss: real.nullable(),
  isDeleted: z.number().transform(Boolean),
  isPicked: z.number().transform(Boolean),
});

/** A checkpoint with its file relative to the artifacts folder. */
export type StoredCheckpoint = z.infer<typeof checkpointRow>;

/**
 * Stores an adapter that is complete on disk; one of the same run and epoch is replaced, and one
 * that was deleted and is made again is there again.
 */
export function insertCheckpoint(
  db: Database,
  checkpoint: Omit<
    StoredCheckpoint,
    'id' | 'runName' | 'devLoss' | 'createdMs' | 'isDeleted' | 'isPicked'
  >,
): void {
  const { runId } = checkpoint;
  const epoch = Math.ceil(checkpoint.epoch);
  withTransaction(db, () => {
    run(
      db,
      `INSERT INTO checkpoint (id, run_id, epoch, step, file, sha256, size_bytes, mean_loss, created_ms)
       VALUES (@id, @runId, @epoch, @step, @file, @sha256, @sizeBytes, @meanLoss, @createdMs)
       ON CONFLICT (run_id, epoch) DO UPDATE SET step = excluded.step, file = excluded.file,
         sha256 = excluded.sha256, size_bytes = excluded.size_bytes, mean_loss = excluded.mean_loss,
         created_ms = excluded.created_ms`,
      { ...checkpoint, epoch, id: uuidv7(), createdMs: Date.now() },
    );
    const known = get(
      db,
      idRow,
      'SELECT id FROM checkpoint WHERE run_id = @runId AND epoch = @epoch',
      { runId, epoch },
    );
    const thing = { thing: 'checkpoint', id: known?.id ?? '' } as const;
    if (isDeleted(db, thing)) addLabel(db, { ...thing, field: 'deleted', value: '', author: '' });
  });
}

const selectCheckpoints = `SELECT c.id, c.run_id AS runId, r.name AS runName,
    ${passesOf('c')} AS epoch, c.step, c.file,
    c.sha256, c.size_bytes AS sizeBytes, c.mean_loss AS meanLoss, d.loss AS devLoss,
    c.created_ms AS createdMs, NOT (${isCheckpointLive('c.id', 'c.sha256')}
      AND ${isLive('run', 'c.run_id')}) AS isDeleted,
    ${pickedHash('c.run_id')} = c.sha256 AS isPicked
  FROM checkpoint c JOIN run r ON r.id = c.run_id
  LEFT JOIN dev_loss d ON d.run_id = c.run_id AND d.step = c.step`;

/** Checkpoints of one run, or of every run: the newest run first, each by epoch. */
export function listCheckpoints(db: Database, runId: string | null = null): StoredCheckpoint[] {
  const order = 'ORDER BY r.sequence DESC, r.id DESC, c.epoch';
  if (runId === null) return all(db, checkpointRow, `${selectCheckpoints} ${order}`);
  // Apart from the above, so that each run reads its own rows and not those of all runs.
  const ofRun = `${selectCheckpoints} WHERE c.run_id = @runId ORDER BY c.epoch`;
  return all(db, checkpointRow, ofRun, { runId });
}

/** True when a file that is still wanted, of another checkpoint, lies at this place or below it. */
export function isPlaceShared(db: Database, id: string, place: string): boolean {
  const sql = `SELECT c.id FROM checkpoint c WHERE c.id <> @id
      AND substr(replace(c.file, '\\', '/') || '/', 1, length(@place) + 1) = @place || '/'
      AND ${isCheckpointLive('c.id', 'c.sha256')} AND ${isLive('run', 'c.run_id')} LIMIT 1`;
  return get(db, idRow, assembled(sql), { id, place }) !== undefined;
}

/** One checkpoint by id. */
export function findCheckpoint(db: Database, id: string): StoredCheckpoint | undefined {
  return get(db, checkpointRow, `${selectCheckpoints} WHERE c.id = @id`, { id });
}
