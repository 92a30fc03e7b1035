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
} from '../../store/repositories/samples/open-batches.ts';
import { addReviews } from '../../store/repositories/samples/reviews.ts';
import { addMoves } from '../../store/repositories/samples/bin-moves.ts';
import { listSamples, sampleSeqs } from '../../store/repositories/samples/sample-list.ts';
import { emptyPiece, keptInBin } from '../../store/labels/empty-bin.ts';
import { takeAtOnce } from '../../store/steps.ts';

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

/**
 * Moves all into the bin in pieces, undoes that, moves again and takes it back half way; then some
 * one by one, restored, and emptied a few at a time. Each piece of emptying is acknowledged.
 */
export function* binning({ db }: ProjectFile): Generator<unknown, void> {
  const { runs, ...batch } = everySample(db);
  yield* inPieces(db, { ...batch, id: 'binning', action: 'bin', runs });
  yield* inPieces(db, { ...batch, id: 'unbinning', undoesBatchId: 'binning' });
  yield* inPieces(db, { ...batch, id: 'halfway', action: 'bin', runs }, 3);
  const seqs = sampleSeqs(db, {});
  yield addMoves(db, 'bin', seqs.slice(0, 20), 'me');
  yield addMoves(db, 'restore', seqs.slice(0, 5), 'me');
  const { seqs: kept } = takeAtOnce(keptInBin(db));
  for (let after = 0; ;) {
    const { looked, last } = emptyPiece(db, kept, after, 4);
    yield last;
    if (looked === 0) return;
    after = last;
  }
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
