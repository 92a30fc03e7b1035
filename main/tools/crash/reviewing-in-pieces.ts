import { SeqRunWriter } from '../../../shared/domain/seq-runs.ts';
import type { Database } from '../../store/database.ts';
import type { ProjectFile } from '../../store/file/open-project-file.ts';
import { insertJob } from '../../store/repositories/jobs.ts';
import {
  advanceBatch,
  cancelBatch,
  closeBatch,
  openBatch,
  selectionOf,
  type NewOpenBatch,
} from '../../store/repositories/open-batches.ts';
import { addReviews } from '../../store/repositories/reviews.ts';
import { listSamples } from '../../store/repositories/sample-list.ts';

function everySample(db: Database) {
  const seqs = listSamples(db, {}, { limit: 100 }).map(({ seq }) => seq);
  const writer = new SeqRunWriter();
  for (const seq of seqs) writer.add(seq);
  return { author: 'me', total: seqs.length, runs: writer.text() };
}

/**
 * Reviews all, undoes that, and takes another review back half way. The pieces are not
 * acknowledged: only that a batch is begun, and that it counts.
 */
export function* reviewingInPieces({ db }: ProjectFile): Generator<unknown, void> {
  const { runs, ...batch } = everySample(db);
  yield* inPieces(db, { ...batch, id: 'accepting', action: 'accept', runs });
  yield* inPieces(db, { ...batch, id: 'undoing', undoesBatchId: 'accepting' });
  yield* inPieces(db, { ...batch, id: 'cancelled', action: 'reject', runs }, 3);
  yield addReviews(db, 'reset', { filter: {} }, 'me');
}

type WithoutJob<Batch> = Batch extends NewOpenBatch ? Omit<Batch, 'jobId'> : never;

/** Makes a batch in pieces, or takes it back again after so many of them. */
function* inPieces(
  db: Database,
  batch: WithoutJob<NewOpenBatch>,
  pieces = Infinity,
): Generator<unknown, void> {
  const { id } = batch;
  const job = insertJob(db, { kind: 'review', title: id, subjectId: null, payload: {} });
  yield openBatch(db, { ...batch, jobId: job.id });
  const selection = selectionOf(db, id);
  for (let piece = 0; ; piece += 1) {
    if (piece === pieces) cancelBatch(db, id);
    const { batch: made, isAtEnd } = advanceBatch(db, id, selection, 4);
    if (!isAtEnd) continue;
    yield closeBatch(db, made);
    return;
  }
}

/** What no caller may do: each piece is taken for durable as soon as it is made. */
export function* everyPieceAtOnce({ db }: ProjectFile): Generator<unknown, void> {
  const { id: jobId } = insertJob(db, { kind: 'review', title: 'r', subjectId: null, payload: {} });
  yield openBatch(db, { ...everySample(db), id: 'accepting', jobId, action: 'accept' });
  const selection = selectionOf(db, 'accepting');
  for (;;) {
    const { isAtEnd } = advanceBatch(db, 'accepting', selection, 4);
    yield isAtEnd;
    if (isAtEnd) return;
  }
}
