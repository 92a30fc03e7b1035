import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import {
  sampleStatusSchema,
  type ReviewAction,
  type SampleFilter,
  type SampleStatus,
} from '../../../shared/domain/sample.ts';
import {
  countSchema,
  idSchema,
  momentSchema,
  nameSchema,
} from '../../../shared/domain/stored-value.ts';
import { all, get, run, withTransaction, type Database } from '../database.ts';
import { idRow } from '../columns.ts';
import { whereFilter, type FilterClause } from './sample-filter.ts';
import { nextSequence } from './sequence.ts';

/** Which samples a review touches. */
export type ReviewSelection = { ids: string[] } | { filter: SampleFilter };

const statusAfter: Record<ReviewAction, SampleStatus> = {
  accept: 'accepted',
  reject: 'rejected',
  reset: 'pending',
};
const actionFor: Record<SampleStatus, ReviewAction> = {
  accepted: 'accept',
  rejected: 'reject',
  pending: 'reset',
};

function startBatch(db: Database, author: string, undoesBatchId: string | null): string {
  const id = uuidv7();
  run(
    db,
    `INSERT INTO review_batch (id, author, undoes_batch_id, created_ms, sequence)
     VALUES (@id, @author, @undoesBatchId, @createdMs, @sequence)`,
    { id, author, undoesBatchId, createdMs: Date.now(), sequence: nextSequence(db) },
  );
  return id;
}

function reviewWhere(
  db: Database,
  batchId: string,
  action: ReviewAction,
  { where, params }: FilterClause,
): number {
  const sql: string = `INSERT INTO review (batch_id, sample_seq, version_id, action, status_before)
    SELECT @batchId, seq, current_version_id, @action, status FROM sample ${where}`;
  return run(db, sql, { batchId, action, ...params });
}

/** Appends one review per selected sample whose status changes; all of them or none. */
export function addReviews(
  db: Database,
  action: ReviewAction,
  selection: ReviewSelection,
  author: string,
): { batchId: string; changed: number } {
  const after = statusAfter[action];
  return withTransaction(db, () => {
    const batchId = startBatch(db, author, null);
    let changed = 0;
    if ('filter' in selection)
      changed = reviewWhere(
        db,
        batchId,
        action,
        whereFilter(selection.filter, ['status <> @after'], { after }),
      );
    else
      for (const id of new Set(selection.ids))
        changed += reviewWhere(db, batchId, action, {
          where: 'WHERE id = @id AND status <> @after',
          params: { id, after },
        });
    run(
      db,
      `UPDATE sample SET status = @after
       WHERE seq IN (SELECT sample_seq FROM review WHERE batch_id = @batchId)`,
      { after, batchId },
    );
    return { batchId, changed };
  });
}

const reviewedRow = z.object({
  seq: countSchema,
  statusBefore: sampleStatusSchema,
  id: idSchema,
});

/** Appends the reverse of this author's newest batch that is not undone yet. */
export function undoLastBatch(
  db: Database,
  author: string,
): { batchId: string | null; ids: string[] } {
  return withTransaction(db, () => {
    const last = lastBatch(db, author);
    if (last === undefined) return { batchId: null, ids: [] };
    const batchId = startBatch(db, author, last);
    const reviews = all(
      db,
      reviewedRow,
      `SELECT r.sample_seq AS seq, r.status_before AS statusBefore, s.id
       FROM review r JOIN sample s ON s.seq = r.sample_seq WHERE r.batch_id = @last`,
      { last },
    );
    for (const { seq, statusBefore } of reviews) {
      reviewWhere(db, batchId, actionFor[statusBefore], {
        where: 'WHERE seq = @seq',
        params: { seq },
      });
      run(db, 'UPDATE sample SET status = @statusBefore WHERE seq = @seq', { seq, statusBefore });
    }
    return { batchId, ids: reviews.map((review) => review.id) };
  });
}

/** This author's newest batch with reviews that is no undo and not undone. */
function lastBatch(db: Database, author: string): string | undefined {
  return get(
    db,
    idRow,
    `SELECT id FROM review_batch b
     WHERE author = @author AND undoes_batch_id IS NULL
       AND NOT EXISTS (SELECT 1 FROM review_batch u WHERE u.undoes_batch_id = b.id)
       AND EXISTS (SELECT 1 FROM review r WHERE r.batch_id = b.id)
     ORDER BY sequence DESC, id DESC LIMIT 1`,
    { author },
  )?.id;
}

const historyRow = z.object({
  kind: z.enum(['version', 'review']),
  at: momentSchema,
  author: nameSchema,
  text: z.string(),
});

/** What happened to a sample, oldest first: versions and reviews. */
export function sampleHistory(db: Database, seq: number): z.infer<typeof historyRow>[] {
  return all(
    db,
    historyRow,
    `SELECT 'version' AS kind, created_ms AS at, author, 'version ' || ordinal AS text,
       sequence, id
       FROM sample_version WHERE sample_seq = @seq
     UNION ALL
     SELECT 'review', b.created_ms, b.author,
       CASE WHEN b.undoes_batch_id IS NULL THEN r.action ELSE 'undo: ' || r.action END,
       b.sequence, b.id
       FROM review r JOIN review_batch b ON b.id = r.batch_id WHERE r.sample_seq = @seq
     ORDER BY sequence, id`,
    { seq },
  );
}
