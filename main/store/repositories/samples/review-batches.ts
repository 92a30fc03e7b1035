import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { countRow, sequenceColumn } from '../../columns.ts';
import { idSchema } from '../../../../shared/domain/stored-value.ts';
import { get, run, type Database } from '../../database.ts';
import { nextSequence } from '../sequence.ts';

/** A batch of reviews, or of moves into the bin and out of it, with its place in the order. */
export interface ReviewBatch {
  id: string;
  sequence: number;
  undoesBatchId: string | null;
}

/** Stores an empty batch, the newest of the project. */
export function insertBatch(
  db: Database,
  author: string,
  { id = uuidv7(), undoesBatchId = null }: Partial<ReviewBatch> = {},
): ReviewBatch {
  const batch = { id, sequence: nextSequence(db), undoesBatchId };
  run(
    db,
    `INSERT INTO review_batch (id, author, undoes_batch_id, created_ms, sequence)
     VALUES (@id, @author, @undoesBatchId, @createdMs, @sequence)`,
    { ...batch, author, createdMs: Date.now() },
  );
  return batch;
}

const batchRow = z.object({
  id: idSchema,
  sequence: sequenceColumn,
  undoesBatchId: idSchema.nullable(),
});

/** A batch by id. */
export function findBatch(db: Database, id: string): ReviewBatch | undefined {
  return get(
    db,
    batchRow,
    `SELECT id, sequence, undoes_batch_id AS undoesBatchId FROM review_batch WHERE id = @id`,
    { id },
  );
}

/** Whether any batch came after this one: for most, nothing has to be looked up by sample. */
export const hasLaterBatch = (db: Database, { id, sequence }: ReviewBatch): boolean =>
  get(
    db,
    countRow,
    'SELECT EXISTS (SELECT 1 FROM review_batch WHERE (sequence, id) > (@sequence, @id)) AS n',
    { id, sequence },
  )?.n === 1;

/** Whether a batch came after this one that is neither an undo nor undone. */
export const hasLaterDecisions = (db: Database, { id, sequence }: ReviewBatch): boolean =>
  get(
    db,
    countRow,
    `SELECT EXISTS (SELECT 1 FROM review_batch b
       WHERE (b.sequence, b.id) > (@sequence, @id) AND b.undoes_batch_id IS NULL
         AND NOT EXISTS (SELECT 1 FROM review_batch u WHERE u.undoes_batch_id = b.id)) AS n`,
    { id, sequence },
  )?.n === 1;

const lastRow = z.object({ id: idSchema, isOpen: z.number().int() });

/**
 * This author's newest batch with reviews or moves that is no undo and not undone, and whether it is still
 * being made, or being undone.
 */
export function lastBatch(
  db: Database,
  author: string,
): { id: string; isOpen: boolean } | undefined {
  const row = get(
    db,
    lastRow,
    `SELECT id, EXISTS (SELECT 1 FROM open_batch o LEFT JOIN review_batch u ON u.id = o.batch_id
       WHERE o.batch_id = b.id OR u.undoes_batch_id = b.id) AS isOpen
     FROM review_batch b
     WHERE author = @author AND undoes_batch_id IS NULL
       AND NOT EXISTS (SELECT 1 FROM review_batch u WHERE u.undoes_batch_id = b.id
         AND u.id NOT IN (SELECT batch_id FROM open_batch))
       AND (EXISTS (SELECT 1 FROM review r WHERE r.batch_id = b.id)
         OR EXISTS (SELECT 1 FROM bin_move m WHERE m.batch_id = b.id)
         OR b.id IN (SELECT batch_id FROM open_batch))
     ORDER BY sequence DESC, id DESC LIMIT 1`,
    { author },
  );
  return row && { id: row.id, isOpen: row.isOpen === 1 };
}

/** How many reviews or moves a batch has, counted no further than `most`. */
export function countReviews(db: Database, batchId: string, most = 2 ** 31): number {
  const sql = `SELECT count(*) AS n FROM (
    SELECT 1 FROM review WHERE batch_id = @batchId
    UNION ALL SELECT 1 FROM bin_move WHERE batch_id = @batchId LIMIT @most)`;
  return get(db, countRow, sql, { batchId, most })?.n ?? 0;
}
