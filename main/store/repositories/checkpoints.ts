import { v7 as uuidv7 } from 'uuid';
import type { z } from 'zod';
import { checkpointSchema } from '../../../shared/domain/run.ts';
import { all, get, run, type Database } from '../database.ts';
import { artifactColumn, real } from '../columns.ts';

const checkpointRow = checkpointSchema
  .omit({ path: true })
  .extend({ file: artifactColumn, meanLoss: real, devLoss: real.nullable() });

/** A checkpoint with its file relative to the artifacts folder. */
export type StoredCheckpoint = z.infer<typeof checkpointRow>;

/** Stores an adapter that is complete on disk; one of the same run and epoch is replaced. */
export function insertCheckpoint(
  db: Database,
  checkpoint: Omit<StoredCheckpoint, 'id' | 'runName' | 'devLoss' | 'createdMs'>,
): void {
  run(
    db,
    `INSERT INTO checkpoint (id, run_id, epoch, step, file, sha256, size_bytes, mean_loss, created_ms)
     VALUES (@id, @runId, @epoch, @step, @file, @sha256, @sizeBytes, @meanLoss, @createdMs)
     ON CONFLICT (run_id, epoch) DO UPDATE SET step = excluded.step, file = excluded.file,
       sha256 = excluded.sha256, size_bytes = excluded.size_bytes, mean_loss = excluded.mean_loss,
       created_ms = excluded.created_ms`,
    { ...checkpoint, id: uuidv7(), createdMs: Date.now() },
  );
}

const selectCheckpoints = `SELECT c.id, c.run_id AS runId, r.name AS runName, c.epoch, c.step, c.file,
    c.sha256, c.size_bytes AS sizeBytes, c.mean_loss AS meanLoss, d.loss AS devLoss,
    c.created_ms AS createdMs
  FROM checkpoint c JOIN run r ON r.id = c.run_id
  LEFT JOIN dev_loss d ON d.run_id = c.run_id AND d.step = c.step`;

/** Checkpoints of one run, or of every run: the newest run first, each by epoch. */
export function listCheckpoints(db: Database, runId: string | null = null): StoredCheckpoint[] {
  return all(
    db,
    checkpointRow,
    `${selectCheckpoints} WHERE @runId IS NULL OR c.run_id = @runId
     ORDER BY r.sequence DESC, r.id DESC, c.epoch`,
    { runId },
  );
}

/** One checkpoint by id. */
export function findCheckpoint(db: Database, id: string): StoredCheckpoint | undefined {
  return get(db, checkpointRow, `${selectCheckpoints} WHERE c.id = @id`, { id });
}
