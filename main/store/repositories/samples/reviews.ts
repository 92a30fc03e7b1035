import { z } from 'zod';
import {
  sampleStatusSchema,
  type ReviewAction,
  type SampleFilter,
  type SampleStatus,
} from '../../../../shared/domain/sample.ts';
import {
  countSchema,
  idSchema,
  momentSchema,
  nameSchema,
} from '../../../../shared/domain/stored-value.ts';
import { all, get, run, withTransaction, type Database } from '../../database.ts';
import { idRow } from '../../columns.ts';
import { undoMoves } from './bin-moves.ts';
import {
  findBatch,
  hasLaterBatch,
  hasLaterDecisions,
  insertBatch,
  lastBatch,
  type ReviewBatch,
} from './review-batches.ts';
import { sampleSeqs, seqOf } from './sample-list.ts';

/** Where a sample stands after a review. */
export const statusAfter: Record<ReviewAction, SampleStatus> = {
  accept: 'accepted',
  reject: 'rejected',
  reset: 'pending',
};

/**
 * Appends a review to a batch for each of these samples whose status changes, and changes it; they
 * ascend, and lie above those of the batch that were reviewed before. One that was reviewed after
 * the batch began keeps that decision: the later one counts. What is in the bin is not reviewed.
 */
export function reviewSeqs(
  db: Database,
  batch: ReviewBatch,
  action: ReviewAction,
  seqs: readonly number[],
): number {
  const { id, sequence } = batch;
  const given = { id, after: statusAfter[action], seqs: JSON.stringify(seqs) };
  const hasLater = hasLaterBatch(db, batch) ? 1 : 0;
  const changed = run(
    db,
    `INSERT INTO review (batch_id, sample_seq, version_id, action, status_before)
     SELECT @id, s.seq, s.current_version_id, @action, s.status
     FROM json_each(@seqs) j CROSS JOIN sample s ON s.seq = j.value
     WHERE s.status <> @after
       AND NOT EXISTS (SELECT 1 FROM binned_sample i WHERE i.sample_seq = s.seq)
       AND NOT (@hasLater AND EXISTS (
       SELECT 1 FROM review l CROSS JOIN review_batch b ON b.id = l.batch_id
       WHERE l.sample_seq = s.seq AND (b.sequence, b.id) > (@sequence, @id)))`,
    { ...given, action, sequence, hasLater },
  );
  run(
    db,
    `UPDATE sample SET status = @after WHERE seq IN (SELECT sample_seq FROM review
       WHERE batch_id = @id AND sample_seq >= @first AND sample_seq <= @last)`,
    { id, after: given.after, first: seqs[0] ?? 0, last: seqs.at(-1) ?? 0 },
  );
  return changed;
}

/** Which samples a review is of: all at once, so few of them. */
export type ReviewSelection =
  { ids: readonly string[] } | { seqs: readonly number[] } | { filter: SampleFilter };

/** Appends one review per selected sample whose status changes; all of them or none. */
export function addReviews(
  db: Database,
  action: ReviewAction,
  selection: ReviewSelection,
  author: string,
): { batchId: string; changed: number } {
  return withTransaction(db, () => {
    const batch = insertBatch(db, author);
    return { batchId: batch.id, changed: reviewSeqs(db, batch, action, seqsOf(db, selection)) };
  });
}

function seqsOf(db: Database, selection: ReviewSelection): readonly number[] {
  if ('seqs' in selection) return selection.seqs;
  if ('filter' in selection) return sampleSeqs(db, selection.filter);
  const seqs = new Set(selection.ids.flatMap((id) => seqOf(db, id) ?? []));
  return [...seqs].toSorted((a, b) => a - b);
}

const undoneRow = z.object({ seqs: countSchema, last: countSchema.nullable() });

/**
 * Appends to the batch `undo` the reverse of the next reviews of the batch that it undoes, above
 * the sample `after`. A sample that somebody reviewed since keeps that decision. Returns how many
 * reviews it looked at, the last of their samples, and how many it reversed.
 */
export function undoReviews(
  db: Database,
  undo: ReviewBatch,
  undone: ReviewBatch,
  { after, limit }: { after: number; limit: number },
): { looked: number; last: number; changed: number } {
  const range = get(
    db,
    undoneRow,
    `SELECT count(*) AS seqs, max(sample_seq) AS last FROM (SELECT sample_seq FROM review
       WHERE batch_id = @undone AND sample_seq > @after ORDER BY sample_seq LIMIT @limit)`,
    { undone: undone.id, after, limit },
  );
  const last = range?.last ?? after;
  const hasLater = hasLaterDecisions(db, undone) ? 1 : 0;
  const changed = run(
    db,
    `INSERT INTO review (batch_id, sample_seq, version_id, action, status_before)
     SELECT @undo, s.seq, s.current_version_id,
       CASE r.status_before WHEN 'accepted' THEN 'accept' WHEN 'rejected' THEN 'reject'
         ELSE 'reset' END,
       s.status
     FROM review r JOIN sample s ON s.seq = r.sample_seq
     WHERE r.batch_id = @undone AND r.sample_seq > @after AND r.sample_seq <= @last
       AND NOT (@hasLater AND EXISTS (SELECT 1 FROM review l CROSS JOIN review_batch b ON b.id = l.batch_id
         WHERE l.sample_seq = r.sample_seq AND (b.sequence, b.id) > (@sequence, @undone)
           AND b.undoes_batch_id IS NULL
           AND NOT EXISTS (SELECT 1 FROM review_batch u WHERE u.undoes_batch_id = b.id)))`,
    { undo: undo.id, undone: undone.id, sequence: undone.sequence, after, last, hasLater },
  );
  run(
    db,
    `UPDATE sample SET status = r.status_before FROM review u JOIN review r
       ON r.batch_id = @undone AND r.sample_seq = u.sample_seq
     WHERE u.batch_id = @undo AND u.sample_seq > @after AND u.sample_seq <= @last
       AND sample.seq = u.sample_seq`,
    { undo: undo.id, undone: undone.id, after, last },
  );
  return { looked: range?.seqs ?? 0, last, changed };
}

const laterRow = z.object({
  seq: countSchema,
  statusBefore: sampleStatusSchema,
  laterBatchId: idSchema,
});

/**
 * Takes back the first reviews of a batch that never was closed, as if they had not been made: the
 * samples are what they were, and a review that was made meanwhile follows on that. Returns how
 * many it took back.
 */
export function takeBackReviews(db: Database, batch: ReviewBatch, limit: number): number {
  const { id } = batch;
  const range = get(
    db,
    undoneRow,
    `SELECT count(*) AS seqs, max(sample_seq) AS last FROM (SELECT sample_seq FROM review
       WHERE batch_id = @id ORDER BY sample_seq LIMIT @limit)`,
    { id, limit },
  );
  const last = range?.last ?? 0;
  const later = hasLaterBatch(db, batch) ? laterReviews(db, batch, last) : [];
  for (const { seq, statusBefore, laterBatchId } of later)
    run(
      db,
      `UPDATE review SET status_before = @statusBefore
       WHERE batch_id = @laterBatchId AND sample_seq = @seq`,
      { seq, statusBefore, laterBatchId },
    );
  run(
    db,
    `UPDATE sample SET status = r.status_before FROM review r
     WHERE r.batch_id = @id AND r.sample_seq <= @last AND sample.seq = r.sample_seq
       AND sample.seq NOT IN (SELECT value FROM json_each(@kept))`,
    { id, last, kept: JSON.stringify(later.map(({ seq }) => seq)) },
  );
  return run(db, 'DELETE FROM review WHERE batch_id = @id AND sample_seq <= @last', { id, last });
}

/** The first review after the batch's own, of those of its samples that have one. */
const laterReviews = (db: Database, { id, sequence }: ReviewBatch, last: number) =>
  all(
    db,
    laterRow,
    `SELECT seq, statusBefore, laterBatchId FROM (
       SELECT r.sample_seq AS seq, r.status_before AS statusBefore,
         (SELECT l.batch_id FROM review l CROSS JOIN review_batch b ON b.id = l.batch_id
          WHERE l.sample_seq = r.sample_seq AND (b.sequence, b.id) > (@sequence, @id)
          ORDER BY b.sequence, b.id LIMIT 1) AS laterBatchId
       FROM review r WHERE r.batch_id = @id AND r.sample_seq <= @last)
     WHERE laterBatchId IS NOT NULL`,
    { id, sequence, last },
  );

/** Undoes this author's last batch at once: a small one. Returns the samples whose status changed. */
export function undoLastBatch(
  db: Database,
  author: string,
): { batchId: string | null; ids: string[] } {
  return withTransaction(db, () => {
    const last = lastBatch(db, author);
    const undone = last && findBatch(db, last.id);
    if (!undone) return { batchId: null, ids: [] };
    const undo = insertBatch(db, author, { undoesBatchId: undone.id });
    undoReviews(db, undo, undone, { after: 0, limit: -1 });
    undoMoves(db, undo, undone, { after: 0, limit: -1 });
    const ids = all(
      db,
      idRow,
      `SELECT s.id FROM sample s JOIN (SELECT sample_seq FROM review WHERE batch_id = @id
         UNION ALL SELECT sample_seq FROM bin_move WHERE batch_id = @id) c ON c.sample_seq = s.seq`,
      { id: undo.id },
    );
    return { batchId: undo.id, ids: ids.map(({ id }) => id) };
  });
}

const historyRow = z.object({
  kind: z.enum(['version', 'review']),
  at: momentSchema,
  author: nameSchema,
  text: z.string(),
});

/** What happened to a sample, oldest first: versions, reviews and moves into the bin and out of it. */
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
       FROM review r JOIN review_batch b ON b.id = r.batch_id
       WHERE r.sample_seq = @seq AND b.id NOT IN (SELECT batch_id FROM open_batch)
     UNION ALL
     SELECT 'review', b.created_ms, b.author,
       CASE WHEN b.undoes_batch_id IS NULL THEN '' ELSE 'undo: ' END
         || CASE m.is_in WHEN 1 THEN 'bin' ELSE 'restore' END,
       b.sequence, b.id
       FROM bin_move m JOIN review_batch b ON b.id = m.batch_id
       WHERE m.sample_seq = @seq AND b.id NOT IN (SELECT batch_id FROM open_batch)
     ORDER BY sequence, id`,
    { seq },
  );
}
