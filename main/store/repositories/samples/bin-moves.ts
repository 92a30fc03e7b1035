import { z } from 'zod';
import type { BinMove } from '../../../../shared/domain/sample.ts';
import { countSchema } from '../../../../shared/domain/stored-value.ts';
import { countRow } from '../../columns.ts';
import { get, run, withTransaction, type Database } from '../../database.ts';
import {
  hasLaterBatch,
  hasLaterDecisions,
  insertBatch,
  type ReviewBatch,
} from './review-batches.ts';

/** How many samples are in the bin. */
export const countBinned = (db: Database): number =>
  get(db, countRow, 'SELECT count(*) AS n FROM binned_sample')?.n ?? 0;

/** True when a sample is in the bin. */
export const isBinned = (db: Database, seq: number): boolean =>
  get(db, countRow, 'SELECT count(*) AS n FROM binned_sample WHERE sample_seq = @seq', { seq })
    ?.n === 1;

/** True when a batch moves samples, and reviews none. */
export const hasMoves = (db: Database, batchId: string): boolean => countMoves(db, batchId, 1) > 0;

/** How many samples a batch moves, counted no further than `most`. */
export function countMoves(db: Database, batchId: string, most: number): number {
  const sql =
    'SELECT count(*) AS n FROM (SELECT 1 FROM bin_move WHERE batch_id = @batchId LIMIT @most)';
  return get(db, countRow, sql, { batchId, most })?.n ?? 0;
}

/**
 * Moves samples into the bin or out of it, as part of a batch; they ascend, and lie above those of
 * the batch that were moved before. One that is there already, was moved since the batch began, or
 * is kept for a dataset alone after it was emptied in another copy, stays. Returns how many moved.
 */
export function moveSeqs(
  db: Database,
  batch: ReviewBatch,
  move: BinMove,
  seqs: readonly number[],
): number {
  const { id, sequence } = batch;
  const moved = run(
    db,
    `INSERT INTO bin_move (batch_id, sample_seq, is_in)
     SELECT @id, s.seq, @isIn FROM json_each(@seqs) j CROSS JOIN sample s ON s.seq = j.value
     WHERE EXISTS (SELECT 1 FROM binned_sample b WHERE b.sample_seq = s.seq) <> @isIn
       AND NOT (@isIn = 0
         AND EXISTS (SELECT 1 FROM emptied_sample e WHERE e.origin_hash = s.origin_hash))
       AND NOT (@hasLater AND EXISTS (
         SELECT 1 FROM bin_move l CROSS JOIN review_batch b ON b.id = l.batch_id
         WHERE l.sample_seq = s.seq AND (b.sequence, b.id) > (@sequence, @id)))`,
    {
      id,
      sequence,
      isIn: move === 'bin' ? 1 : 0,
      seqs: JSON.stringify(seqs),
      hasLater: hasLaterBatch(db, batch) ? 1 : 0,
    },
  );
  applyMoves(db, id, { after: (seqs[0] ?? 0) - 1, last: seqs.at(-1) ?? 0 });
  return moved;
}

/** Moves few samples at once, as a batch that is undone like one of reviews. */
export function addMoves(
  db: Database,
  move: BinMove,
  seqs: readonly number[],
  author: string,
): { batchId: string; changed: number } {
  return withTransaction(db, () => {
    const batch = insertBatch(db, author);
    return { batchId: batch.id, changed: moveSeqs(db, batch, move, seqs) };
  });
}

/** Puts the samples of a part of a batch where its moves say. */
function applyMoves(db: Database, id: string, part: { after: number; last: number }): void {
  run(
    db,
    `INSERT OR IGNORE INTO binned_sample SELECT sample_seq FROM bin_move
     WHERE batch_id = @id AND sample_seq > @after AND sample_seq <= @last AND is_in = 1`,
    { id, ...part },
  );
  run(
    db,
    `DELETE FROM binned_sample WHERE sample_seq IN (SELECT sample_seq FROM bin_move
       WHERE batch_id = @id AND sample_seq > @after AND sample_seq <= @last AND is_in = 0)`,
    { id, ...part },
  );
}

const rangeRow = z.object({ seqs: countSchema, last: countSchema.nullable() });

/** The next moves of a batch above a sample: how many there are, and the last one's sample. */
const nextMoves = (db: Database, id: string, after: number, limit: number) =>
  get(
    db,
    rangeRow,
    `SELECT count(*) AS seqs, max(sample_seq) AS last FROM (SELECT sample_seq FROM bin_move
       WHERE batch_id = @id AND sample_seq > @after ORDER BY sample_seq LIMIT @limit)`,
    { id, after, limit },
  ) ?? { seqs: 0, last: null };

/**
 * Appends to the batch `undo` the reverse of the next moves of the batch that it undoes; a sample
 * that was moved since stays where it is. Returns as `undoReviews` does.
 */
export function undoMoves(
  db: Database,
  undo: ReviewBatch,
  undone: ReviewBatch,
  { after, limit }: { after: number; limit: number },
): { looked: number; last: number; changed: number } {
  const range = nextMoves(db, undone.id, after, limit);
  const last = range.last ?? after;
  const hasLater = hasLaterDecisions(db, undone) ? 1 : 0;
  const changed = run(
    db,
    `INSERT INTO bin_move (batch_id, sample_seq, is_in)
     SELECT @undo, m.sample_seq, 1 - m.is_in FROM bin_move m
     WHERE m.batch_id = @undone AND m.sample_seq > @after AND m.sample_seq <= @last
       AND EXISTS (SELECT 1 FROM binned_sample b WHERE b.sample_seq = m.sample_seq) = m.is_in
       AND NOT (@hasLater AND EXISTS (SELECT 1 FROM bin_move l
         CROSS JOIN review_batch b ON b.id = l.batch_id
         WHERE l.sample_seq = m.sample_seq AND (b.sequence, b.id) > (@sequence, @undone)
           AND b.undoes_batch_id IS NULL
           AND NOT EXISTS (SELECT 1 FROM review_batch u WHERE u.undoes_batch_id = b.id)))`,
    { undo: undo.id, undone: undone.id, sequence: undone.sequence, after, last, hasLater },
  );
  applyMoves(db, undo.id, { after, last });
  return { looked: range.seqs, last, changed };
}

/** Takes back the first moves of a batch that never was closed. Returns how many. */
export function takeBackMoves(db: Database, batch: ReviewBatch, limit: number): number {
  const { id, sequence } = batch;
  const last = nextMoves(db, id, 0, limit).last ?? 0;
  const given = { id, sequence, last, hasLater: hasLaterBatch(db, batch) ? 1 : 0 };
  run(
    db,
    `INSERT OR IGNORE INTO binned_sample SELECT m.sample_seq FROM bin_move m
     WHERE m.batch_id = @id AND m.sample_seq <= @last AND m.is_in = 0
       AND NOT (@hasLater AND EXISTS (
         SELECT 1 FROM bin_move l CROSS JOIN review_batch b ON b.id = l.batch_id
         WHERE l.sample_seq = m.sample_seq AND (b.sequence, b.id) > (@sequence, @id)))`,
    given,
  );
  run(
    db,
    `DELETE FROM binned_sample WHERE sample_seq IN (SELECT m.sample_seq FROM bin_move m
     WHERE m.batch_id = @id AND m.sample_seq <= @last AND m.is_in = 1
       AND NOT (@hasLater AND EXISTS (
         SELECT 1 FROM bin_move l CROSS JOIN review_batch b ON b.id = l.batch_id
         WHERE l.sample_seq = m.sample_seq AND (b.sequence, b.id) > (@sequence, @id))))`,
    given,
  );
  return run(db, 'DELETE FROM bin_move WHERE batch_id = @id AND sample_seq <= @last', { id, last });
}
