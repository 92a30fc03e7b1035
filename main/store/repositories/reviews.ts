import { v7 as uuidv7 } from 'uuid';
import type { ReviewAction, SampleFilter, SampleStatus } from '../../../shared/domain/sample.ts';
import { all, get, run, withTransaction, type Database } from '../database.ts';
import { whereFilter } from './sample-filter.ts';

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

function startBatch(db: Database, author: string, undoes: string | null): string {
  const id = uuidv7();
  run(
    db,
    'INSERT INTO review_batch (id, author, undoes_batch_id, created_ms) VALUES (?, ?, ?, ?)',
    id,
    author,
    undoes,
    Date.now(),
  );
  return id;
}

function reviewWhere(
  db: Database,
  batchId: string,
  action: ReviewAction,
  clause: {
    where: string;
    params: unknown[];
  },
): number {
  return db
    .prepare(
      `INSERT INTO review (batch_id, sample_seq, version_id, action, status_before)
       SELECT ?, seq, current_version_id, ?, status FROM sample ${clause.where}`,
    )
    .run(batchId, action, ...clause.params).changes;
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
        whereFilter(selection.filter, ['status <> ?'], [after]),
      );
    else
      for (const id of new Set(selection.ids))
        changed += reviewWhere(db, batchId, action, {
          where: 'WHERE id = ? AND status <> ?',
          params: [id, after],
        });
    run(
      db,
      'UPDATE sample SET status = ? WHERE seq IN (SELECT sample_seq FROM review WHERE batch_id = ?)',
      after,
      batchId,
    );
    return { batchId, changed };
  });
}

/** Appends the reverse of this author's newest batch that is not undone yet. */
export function undoLastBatch(
  db: Database,
  author: string,
): { batchId: string | null; ids: string[] } {
  return withTransaction(db, () => {
    const last = get<{ id: string }>(
      db,
      `SELECT id FROM review_batch b
       WHERE author = ? AND undoes_batch_id IS NULL
         AND NOT EXISTS (SELECT 1 FROM review_batch u WHERE u.undoes_batch_id = b.id)
         AND EXISTS (SELECT 1 FROM review r WHERE r.batch_id = b.id)
       ORDER BY id DESC LIMIT 1`,
      author,
    );
    if (!last) return { batchId: null, ids: [] };
    const batchId = startBatch(db, author, last.id);
    const reviews = all<{ sample_seq: number; status_before: SampleStatus; id: string }>(
      db,
      `SELECT r.sample_seq, r.status_before, s.id FROM review r JOIN sample s ON s.seq = r.sample_seq
       WHERE r.batch_id = ?`,
      last.id,
    );
    for (const review of reviews) {
      reviewWhere(db, batchId, actionFor[review.status_before], {
        where: 'WHERE seq = ?',
        params: [review.sample_seq],
      });
      run(
        db,
        'UPDATE sample SET status = ? WHERE seq = ?',
        review.status_before,
        review.sample_seq,
      );
    }
    return { batchId, ids: reviews.map((review) => review.id) };
  });
}

/** What happened to a sample, oldest first: versions and reviews. */
export function sampleHistory(
  db: Database,
  seq: number,
): { kind: 'version' | 'review'; at: number; author: string; text: string }[] {
  return all(
    db,
    `SELECT 'version' AS kind, created_ms AS at, author, 'version ' || ordinal AS text
       FROM sample_version WHERE sample_seq = ?
     UNION ALL
     SELECT 'review', b.created_ms, b.author,
       CASE WHEN b.undoes_batch_id IS NULL THEN r.action ELSE 'undo: ' || r.action END
       FROM review r JOIN review_batch b ON b.id = r.batch_id WHERE r.sample_seq = ?
     ORDER BY at`,
    seq,
    seq,
  );
}
