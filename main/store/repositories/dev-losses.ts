import { devLossSchema, type DevLoss } from '../../../shared/domain/run.ts';
import { all, run, withTransaction, type Database } from '../database.ts';
import { real } from '../columns.ts';
import { passesOf } from './checkpoints.ts';

/** Stores measured losses of held-out samples; one that was measured again takes the old one's place. */
export function addDevLosses(db: Database, runId: string, losses: readonly DevLoss[]): void {
  withTransaction(db, () => {
    for (const { step, epoch, loss } of losses)
      run(
        db,
        `INSERT OR REPLACE INTO dev_loss (run_id, step, epoch, loss)
         VALUES (@runId, @step, @epoch, @loss)`,
        { runId, step, epoch: Math.ceil(epoch), loss },
      );
  });
}

const devLossRow = devLossSchema.extend({ loss: real });

/** The losses of a run's held-out samples, in order. */
export function devLossesOf(db: Database, runId: string): DevLoss[] {
  return all(
    db,
    devLossRow,
    `SELECT d.step, ${passesOf('d')} AS epoch, d.loss FROM dev_loss d
     WHERE d.run_id = @runId ORDER BY d.step`,
    { runId },
  );
}

/** Makes the losses those of a checkpoint after `step`: later ones go, lost ones come back. */
export function rewindDevLosses(
  db: Database,
  runId: string,
  step: number,
  losses: readonly DevLoss[],
): void {
  withTransaction(db, () => {
    run(db, 'DELETE FROM dev_loss WHERE run_id = @runId AND step > @step', { runId, step });
    addDevLosses(db, runId, losses);
  });
}
