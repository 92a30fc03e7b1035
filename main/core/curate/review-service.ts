import { v7 as uuidv7 } from 'uuid';
import type { JobPayload, JobResult } from '../../../shared/contract/job-kinds.ts';
import type { ReviewAction, SampleFilter } from '../../../shared/domain/sample.ts';
import { expandSeqRuns, SeqRunWriter } from '../../../shared/domain/seq-runs.ts';
import { formatQuantity } from '../../../shared/text/numbers.ts';
import { historyText } from '../../../shared/text/sample-history.ts';
import type { ProjectFile } from '../../store/file/open-project-file.ts';
import {
  advanceBatch,
  cancelBatch,
  closeBatch,
  findOpenBatch,
  interruptOpenBatches,
  listOpenBatches,
  openBatch,
  selectionOf,
  type BatchAction,
  type OpenBatch,
} from '../../store/repositories/samples/open-batches.ts';
import { hasMoves } from '../../store/repositories/samples/bin-moves.ts';
import {
  countReviews,
  findBatch,
  lastBatch,
} from '../../store/repositories/samples/review-batches.ts';
import {
  addReviews,
  sampleHistory,
  undoLastBatch,
} from '../../store/repositories/samples/reviews.ts';
import { seqOf } from '../../store/repositories/samples/sample-list.ts';
import { backupsOf } from '../backups/session-backups.ts';
import { AppError } from '../base/app-error.ts';
import { LoopTurns } from '../base/loop-turns.ts';
import type { JobContext, JobHandler } from '../jobs/job-handler.ts';
import type { CoreState } from '../project/core-state.ts';
import type { ProjectSession } from '../project/project-session.ts';
import { sampleById, sampleIndex, type SampleIndex } from './sample-service.ts';

/** A batch that is made, or the job that makes it. */
export interface MadeReview {
  batchId: string;
  changed: number | null;
  jobId: string | null;
}

/** In one transaction on a slow machine: well under the 200 ms that others may wait. */
export const mostAtOnce = 2000;

/** Reviews samples by id or by filter in the name of this author; the batch can be undone as one. */
export async function review(
  { settings: { author } }: CoreState,
  session: ProjectSession,
  { action, selection }: { action: ReviewAction; selection: Selection },
  signal?: AbortSignal,
): Promise<MadeReview> {
  const { count, runs } = await selected(session, selection, signal);
  if (count > mostAtOnce) {
    const title = `${verbs[action]} ${formatQuantity(count, 'sample')}`;
    return startBatch(session, title, (ids) =>
      openBatch(session.file.db, { ...ids, author, total: count, action, runs }),
    );
  }
  const made = addReviews(session.file.db, action, { seqs: expandSeqRuns(runs) }, author);
  session.changes.touch('reviews', 'project');
  return { ...made, jobId: null };
}

const verbs: Record<ReviewAction, string> = { accept: 'Accept', reject: 'Reject', reset: 'Reset' };

/** Samples by id, or all that pass a filter. */
export type Selection = { ids: string[] } | { filter: SampleFilter };

/** The samples of a selection, in order. */
export async function selected(
  session: ProjectSession,
  selection: Selection,
  signal: AbortSignal | undefined,
): Promise<SampleIndex> {
  if ('filter' in selection) return sampleIndex(session, selection.filter, signal);
  const seqs = new Set(selection.ids.flatMap((id) => seqOf(session.file.db, id) ?? []));
  const writer = new SeqRunWriter();
  for (const seq of [...seqs].toSorted((a, b) => a - b)) writer.add(seq);
  return { count: writer.count, runs: writer.text() };
}

/** Stores a batch with the job that makes it. */
export function startBatch(
  session: ProjectSession,
  title: string,
  open: (ids: { id: string; jobId: string }) => void,
): MadeReview {
  const batchId = uuidv7();
  const job = { kind: 'review' as const, title, subjectId: null, payload: { batchId } };
  const { id } = session.jobs.start(job, (jobId) => open({ id: batchId, jobId }));
  return { batchId, changed: null, jobId: id };
}

/** Takes back this author's newest batch that is not undone yet. */
export function undoReview(
  { settings: { author } }: CoreState,
  session: ProjectSession,
): Omit<MadeReview, 'batchId'> & { batchId: string | null; sampleId: string | null } {
  const { db } = session.file;
  const last = lastBatch(db, author);
  if (!last) return { batchId: null, changed: 0, jobId: null, sampleId: null };
  if (last.isOpen) throw new AppError('INVALID_STATE', unfinishedText('undo another review'));
  const total = countReviews(db, last.id);
  const isMove = hasMoves(db, last.id);
  if (total > mostAtOnce) {
    const title = isMove
      ? `Undo moving ${formatQuantity(total, 'sample')}`
      : `Undo ${formatQuantity(total, 'review')}`;
    const undo = { author, total, undoesBatchId: last.id };
    const made = startBatch(session, title, (ids) => openBatch(db, { ...ids, ...undo }));
    return { ...made, sampleId: null };
  }
  const { batchId, ids } = undoLastBatch(db, author);
  touchReviews(session, isMove);
  const sampleId = ids.length === 1 ? (ids[0] ?? null) : null;
  return { batchId, changed: ids.length, jobId: null, sampleId };
}

/** What is in the bin is in no list: a move changes those without a status, too. */
function touchReviews(session: ProjectSession, isMove: boolean): void {
  session.changes.touch('reviews', 'project', ...(isMove ? (['samples'] as const) : []));
}

const unfinishedText = (what: string) =>
  'A change of many samples is not finished. Wait for it, or resume or cancel it under Jobs, then ' +
  `${what}.`;

/** Throws INVALID_STATE while a batch is half made: what is accepted then is nobody's decision. */
export function refuseHalfReviewed(session: ProjectSession, what: string): void {
  if (listOpenBatches(session.file.db).length > 0)
    throw new AppError('INVALID_STATE', unfinishedText(what));
}

/** After a crash: batches that were being made or cancelled wait for somebody to say how it goes on. */
export function recoverReviews({ db }: ProjectFile): string[] {
  const open = listOpenBatches(db);
  interruptOpenBatches(db);
  return open.map(
    ({ batchId, lookedAt, total }) => `review ${batchId} stopped at ${lookedAt}/${total}`,
  );
}

/** Makes a batch piece by piece; it counts once the last piece is stored, and is undone as one. */
export function reviewJob(session: ProjectSession): JobHandler<'review'> {
  return {
    kind: 'review',
    resource: 'reviews',
    takesBack: true,
    execute: (payload, context) => makeBatch(session, payload, context),
  };
}

const firstPiece = 1000;
const largestPiece = 10_000;
const tellEveryMs = 1000;

async function makeBatch(
  session: ProjectSession,
  { batchId }: JobPayload<'review'>,
  context: JobContext,
): Promise<JobResult<'review'>> {
  const { db } = session.file;
  const undoes = findBatch(db, batchId)?.undoesBatchId ?? null;
  const isUndo = undoes !== null;
  // It was closed before a crash, and only the job had not heard of it.
  const open = findOpenBatch(db, batchId);
  if (!open) return { batchId, changed: countReviews(db, batchId), isUndo };
  if (isUndo && open.lookedAt === 0) {
    context.report({ phase: 'backing up', done: 0, total: 0, unit: '' });
    await backupsOf(session)?.makeBefore('undo', context.signal);
  }
  const selection = selectionOf(db, batchId);
  const isMove = isBinMove(open.action) || (isUndo && hasMoves(db, undoes));
  const turns = new LoopTurns(firstPiece, largestPiece);
  let toldMs = performance.now();
  for (;;) {
    stopOrCancel(session, batchId, context);
    const { batch, isAtEnd } = await turns.take((limit) =>
      advanceBatch(db, batchId, selection, limit),
    );
    if (isAtEnd) closeBatch(db, batch);
    report(context, batch);
    if (isAtEnd || performance.now() - toldMs > tellEveryMs) {
      touchReviews(session, isMove);
      toldMs = performance.now();
    }
    if (!isAtEnd) continue;
    if (batch.isCancelled) context.signal.throwIfAborted();
    return { batchId, changed: batch.isCancelled ? 0 : batch.changed, isUndo };
  }
}

/** Takes the batch back when a person cancelled the job; stops where it is when the project closes. */
function stopOrCancel(session: ProjectSession, batchId: string, context: JobContext): void {
  const open = findOpenBatch(session.file.db, batchId);
  if (!context.signal.aborted || open?.isCancelled) return;
  if (session.jobs.get(context.jobId).state !== 'cancelling') context.signal.throwIfAborted();
  cancelBatch(session.file.db, batchId);
}

const isBinMove = (action: BatchAction | null) => action === 'bin' || action === 'restore';

const phases: Record<BatchAction, string> = {
  accept: 'accepting',
  reject: 'rejecting',
  reset: 'resetting',
  bin: 'moving to the bin',
  restore: 'restoring',
};

function report(context: JobContext, batch: OpenBatch): void {
  const making = batch.action === null ? 'undoing' : phases[batch.action];
  const phase = batch.isCancelled ? 'taking back' : making;
  // Taking back counts down, and is shown as what is done of it.
  const done = batch.isCancelled ? batch.total - batch.lookedAt : batch.lookedAt;
  context.report({ phase, done, total: batch.total, unit: 'samples' });
}

/** Versions, reviews and moves of a sample, or NOT_FOUND. */
export const historyOf = (session: ProjectSession, id: string) =>
  sampleHistory(session.file.db, sampleById(session, id).seq).map((entry) => ({
    ...entry,
    text: historyText(entry.text),
  }));
