import { v7 as uuidv7 } from 'uuid';
import type { Checkpoint } from '../../../shared/domain/run.ts';
import { all, run, type Database } from '../database.ts';

/** Stores an adapter that is complete on disk; `file` is relative to the artifacts folder. */
export function insertCheckpoint(
  db: Database,
  checkpoint: Omit<Checkpoint, 'id' | 'runName' | 'path' | 'devLoss' | 'createdMs'> & {
    file: string;
  },
): void {
  run(
    db,
    `INSERT INTO checkpoint (id, run_id, epoch, step, file, sha256, size_bytes, mean_loss, created_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (run_id, epoch) DO UPDATE SET step = excluded.step, file = excluded.file,
       sha256 = excluded.sha256, size_bytes = excluded.size_bytes, mean_loss = excluded.mean_loss,
       created_ms = excluded.created_ms`,
    uuidv7(),
    checkpoint.runId,
    checkpoint.epoch,
    checkpoint.step,
    checkpoint.file,
    checkpoint.sha256,
    checkpoint.sizeBytes,
    checkpoint.meanLoss,
    Date.now(),
  );
}

/** A checkpoint with its file relative to the artifacts folder. */
export type StoredCheckpoint = Omit<Checkpoint, 'path'> & { file: string };

/** Checkpoints of one run, or of every run, by run and epoch. */
export function listCheckpoints(db: Database, runId?: string): StoredCheckpoint[] {
  return all<StoredCheckpoint>(
    db,
    `SELECT c.id, c.run_id AS runId, r.name AS runName, c.epoch, c.step, c.file, c.sha256,
       c.size_bytes AS sizeBytes, c.mean_loss AS meanLoss, d.loss AS devLoss,
       c.created_ms AS createdMs
     FROM checkpoint c JOIN run r ON r.id = c.run_id
     LEFT JOIN dev_loss d ON d.run_id = c.run_id AND d.step = c.step
     WHERE ? IS NULL OR c.run_id = ? ORDER BY r.id DESC, c.epoch`,
    runId ?? null,
    runId ?? null,
  );
}

/** One checkpoint by id. */
export function findCheckpoint(db: Database, id: string): StoredCheckpoint | undefined {
  return listCheckpoints(db).find((checkpoint) => checkpoint.id === id);
}
