import { z } from 'zod';
import {
  binMoveSchema,
  reviewActionSchema,
  type BinMove,
  type ReviewAction,
} from '../../../../shared/domain/sample.ts';
import { parseSeqRuns, seqsAfter, type SeqRun } from '../../../../shared/domain/seq-runs.ts';
import { countSchema, idSchema } from '../../../../shared/domain/stored-value.ts';
import { all, get, run, withoutSyncing, withTransaction, type Database } from '../../database.ts';
import { StoreError } from '../../store-error.ts';
import { hasMoves, moveSeqs, takeBackMoves, undoMoves } from './bin-moves.ts';
import { findBatch, insertBatch, type ReviewBatch } from './review-batches.ts';
import { reviewSeqs, takeBackReviews, undoReviews } from './reviews.ts';

/** What a batch of many samples does with each. */
export type BatchAction = ReviewAction | BinMove;

/** A batch to be made in pieces: of the samples of `runs`, or the undo of a batch. */
export type NewOpenBatch = { id: string; jobId: string; author: string; total: number } & (
  { action: BatchAction; runs: string } | { undoesBatchId: string }
);

/** Stores that a batch is to be made; it counts once `advanceBatch` has made all of it. */
export function openBatch(db: Database, batch: NewOpenBatch): void {
  withTransaction(db, () => {
    const isUndo = 'undoesBatchId' in batch;
    const { id, author } = batch;
    insertBatch(db, author, { id, undoesBatchId: isUndo ? batch.undoesBatchId : null });
    run(
      db,
      `INSERT INTO open_batch (batch_id, job_id, action, selection, total, through_seq, looked_at,
         changed, is_cancelled)
       VALUES (@id, @jobId, @action, @selection, @total, 0, 0, 0, 0)`,
      {
        id,
        jobId: batch.jobId,
        action: isUndo ? null : batch.action,
        selection: isUndo ? null : batch.runs,
        total: batch.total,
      },
    );
  });
}

const openRow = z.object({
  batchId: idSchema,
  jobId: idSchema,
  action: z.union([reviewActionSchema, binMoveSchema]).nullable(),
  total: countSchema,
  throughSeq: countSchema,
  /** How many of `total` were looked at. */
  lookedAt: countSchema,
  changed: countSchema,
  isCancelled: z.number().int(),
});

/** How far a batch is that is being made, or taken back. */
export type OpenBatch = z.infer<typeof openRow>;

const selectOpen = `SELECT batch_id AS batchId, job_id AS jobId, action, total,
  through_seq AS throughSeq, looked_at AS lookedAt, changed, is_cancelled AS isCancelled
  FROM open_batch`;

/** Every batch that does not count yet. */
export function listOpenBatches(db: Database): OpenBatch[] {
  return all(db, openRow, `${selectOpen} ORDER BY batch_id`);
}

/** A batch that does not count yet; `undefined` once it does. */
export function findOpenBatch(db: Database, batchId: string): OpenBatch | undefined {
  return get(db, openRow, `${selectOpen} WHERE batch_id = @batchId`, { batchId });
}

const selectionRow = z.object({ selection: z.string().nullable() });

/** Which samples a batch is of; none for an undo, which goes by the batch that it undoes. */
export function selectionOf(db: Database, batchId: string): SeqRun[] {
  const row = get(db, selectionRow, 'SELECT selection FROM open_batch WHERE batch_id = @batchId', {
    batchId,
  });
  try {
    return parseSeqRuns(row?.selection ?? '');
  } catch (error) {
    throw new StoreError(
      'PROJECT_INVALID',
      `The samples of a review that was not finished cannot be read: ${String(error)}`,
    );
  }
}

/** From now on what was made of the batch is taken back. */
export function cancelBatch(db: Database, batchId: string): void {
  run(db, 'UPDATE open_batch SET is_cancelled = 1 WHERE batch_id = @batchId', { batchId });
}

/** How far a batch is after a piece of it. */
export interface BatchPiece {
  batch: OpenBatch;
  /** `closeBatch` is all that is left to do. */
  isAtEnd: boolean;
}

/** Makes, or takes back, the next piece of a batch in one transaction. */
export function advanceBatch(
  db: Database,
  batchId: string,
  selection: readonly SeqRun[],
  limit: number,
): BatchPiece {
  return withoutSyncing(db, () => advance(db, batchId, { selection, limit }));
}

function advance(
  db: Database,
  batchId: string,
  { selection, limit }: { selection: readonly SeqRun[]; limit: number },
): BatchPiece {
  return withTransaction(db, () => {
    const open = requireOpen(db, batchId);
    const stored = findBatch(db, batchId);
    if (!stored) throw new StoreError('PROJECT_INVALID', `The batch ${batchId} is gone`);
    const isAtEnd = open.isCancelled
      ? takeBack(db, batchId, stored, limit)
      : makePiece(db, open, stored, { selection, limit });
    const batch = requireOpen(db, batchId);
    return { batch, isAtEnd };
  });
}

/** Makes a batch count whose pieces are all made, or removes one that is all taken back. */
export function closeBatch(db: Database, { batchId, isCancelled }: OpenBatch): void {
  withTransaction(db, () => {
    run(db, 'DELETE FROM open_batch WHERE batch_id = @batchId', { batchId });
    if (isCancelled) run(db, 'DELETE FROM review_batch WHERE id = @batchId', { batchId });
  });
}

function requireOpen(db: Database, batchId: string): OpenBatch {
  const open = findOpenBatch(db, batchId);
  if (!open) throw new StoreError('PROJECT_INVALID', `The batch ${batchId} is not being made`);
  return open;
}

function makePiece(
  db: Database,
  open: OpenBatch,
  batch: ReviewBatch,
  piece: { selection: readonly SeqRun[]; limit: number },
): boolean {
  const { looked, last, changed } = open.action
    ? reviewPiece(db, open, batch, open.action, piece)
    : undoPiece(db, open, batch, piece.limit);
  run(
    db,
    `UPDATE open_batch SET through_seq = @last, looked_at = looked_at + @looked,
       changed = changed + @changed WHERE batch_id = @batchId`,
    { batchId: open.batchId, last, looked, changed },
  );
  return looked < piece.limit;
}

function reviewPiece(
  db: Database,
  { throughSeq }: OpenBatch,
  batch: ReviewBatch,
  action: BatchAction,
  { selection, limit }: { selection: readonly SeqRun[]; limit: number },
) {
  const seqs = seqsAfter(selection, throughSeq, limit);
  const changed =
    action === 'bin' || action === 'restore'
      ? moveSeqs(db, batch, action, seqs)
      : reviewSeqs(db, batch, action, seqs);
  return { looked: seqs.length, last: seqs.at(-1) ?? throughSeq, changed };
}

function undoPiece(db: Database, { throughSeq }: OpenBatch, batch: ReviewBatch, limit: number) {
  const undone = batch.undoesBatchId === null ? undefined : findBatch(db, batch.undoesBatchId);
  if (!undone) throw new StoreError('PROJECT_INVALID', 'The review that is undone is not there');
  const undo = hasMoves(db, undone.id) ? undoMoves : undoReviews;
  return undo(db, batch, undone, { after: throughSeq, limit });
}

function takeBack(db: Database, batchId: string, batch: ReviewBatch, limit: number): boolean {
  const taken = takeBackReviews(db, batch, limit) + takeBackMoves(db, batch, limit);
  run(
    db,
    'UPDATE open_batch SET looked_at = max(0, looked_at - @taken) WHERE batch_id = @batchId',
    { batchId, taken },
  );
  return taken < limit;
}

/** The job of a batch goes on only when somebody says so, also when it was being cancelled. */
export function interruptOpenBatches(db: Database): number {
  return run(
    db,
    `UPDATE job SET state = 'interrupted' WHERE id IN (SELECT job_id FROM open_batch)
       AND kind = 'review' AND state NOT IN ('queued', 'running', 'interrupted')`,
  );
}
