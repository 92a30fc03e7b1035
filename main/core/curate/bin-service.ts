import type { BinPlan, EmptyBinPlan } from '../../../shared/contract/bin.ts';
import type { JobResult } from '../../../shared/contract/job-kinds.ts';
import type { BinMove } from '../../../shared/domain/sample.ts';
import { expandSeqRuns } from '../../../shared/domain/seq-runs.ts';
import { formatQuantity } from '../../../shared/text/numbers.ts';
import {
  emptyPiece,
  freeBytes,
  keptInBin,
  newestDataset,
  sizeOfBinned,
} from '../../store/labels/empty-bin.ts';
import { frozenAmong } from '../../store/labels/frozen-samples.ts';
import { addMoves, countBinned, isBinned } from '../../store/repositories/samples/bin-moves.ts';
import { openBatch } from '../../store/repositories/samples/open-batches.ts';
import { SeqSet } from '../../store/repositories/samples/seq-set.ts';
import { backupsOf } from '../backups/session-backups.ts';
import { LoopTurns } from '../base/loop-turns.ts';
import type { JobContext, JobHandler } from '../jobs/job-handler.ts';
import type { CoreState } from '../project/core-state.ts';
import type { ProjectSession } from '../project/project-session.ts';
import {
  mostAtOnce,
  selected,
  startBatch,
  type MadeReview,
  type Selection,
} from './review-service.ts';

const rowTurns = () => new LoopTurns(1000, 20_000);
const mostNamed = 20;

/** What moving samples into the bin would do. */
export async function planBin(
  session: ProjectSession,
  { selection }: { selection: Selection },
  signal: AbortSignal | undefined,
): Promise<BinPlan> {
  const { db } = session.file;
  const { runs } = await selected(session, whereItIs(selection, 'bin'), signal);
  const asked = new SeqSet();
  const isThere = 'ids' in selection ? (seq: number) => isBinned(db, seq) : () => false;
  for (const seq of expandSeqRuns(runs)) if (!isThere(seq)) asked.add(seq);
  const { seqs, datasets } = await session.calls.run([signal], (stopped) =>
    rowTurns().all(
      frozenAmong(db, (seq) => asked.has(seq)),
      stopped,
    ),
  );
  return { samples: asked.size, frozen: seqs.size, datasets: datasets.slice(0, mostNamed) };
}

/** Moves samples into the bin or out of it, in the name of this author; one batch that is undone. */
export async function moveSamples(
  { settings: { author } }: CoreState,
  session: ProjectSession,
  { move, selection }: { move: BinMove; selection: Selection },
  signal?: AbortSignal,
): Promise<MadeReview> {
  const { db } = session.file;
  const { count, runs } = await selected(session, whereItIs(selection, move), signal);
  if (count > mostAtOnce) {
    const amount = formatQuantity(count, 'sample');
    const title = move === 'bin' ? `Move ${amount} to the bin` : `Restore ${amount}`;
    return startBatch(session, title, (ids) =>
      openBatch(db, { ...ids, author, total: count, action: move, runs }),
    );
  }
  const made = addMoves(db, move, expandSeqRuns(runs), author);
  session.changes.touch('samples', 'reviews', 'project');
  return { ...made, jobId: null };
}

/** A filter chooses among the samples that can move: out of the bin those that are in it. */
const whereItIs = (selection: Selection, move: BinMove): Selection =>
  'ids' in selection
    ? selection
    : { filter: { ...selection.filter, inBin: move === 'restore' ? true : undefined } };

/** What emptying the bin would do. */
export async function planEmptyBin(
  session: ProjectSession,
  signal: AbortSignal | undefined,
): Promise<EmptyBinPlan> {
  const { db } = session.file;
  return session.calls.run([signal], async (stopped) => {
    const { seqs, datasets } = await rowTurns().all(keptInBin(db), stopped);
    const freesBytes = await new LoopTurns(200, 5000).all(sizeOfBinned(db, seqs), stopped);
    const samples = Math.max(0, countBinned(db) - seqs.size);
    return { samples, frozen: seqs.size, datasets: datasets.slice(0, mostNamed), freesBytes };
  });
}

/** Queues the emptying of the bin. */
export function startEmptyBin(session: ProjectSession): { jobId: string } {
  const title = `Empty the bin of ${formatQuantity(countBinned(session.file.db), 'sample')}`;
  const job = { kind: 'empty-bin' as const, title, subjectId: null, payload: {} };
  return { jobId: session.jobs.start(job).id };
}

/**
 * Empties the bin piece by piece. What is gone stays gone when it is cancelled or crashes; the rest
 * stays in the bin.
 */
export function emptyBinJob(session: ProjectSession): JobHandler<'empty-bin'> {
  return {
    kind: 'empty-bin',
    resource: 'reviews',
    execute: (_, context) => emptyBin(session, context),
  };
}

const tellEveryMs = 1000;

async function emptyBin(
  session: ProjectSession,
  context: JobContext,
): Promise<JobResult<'empty-bin'>> {
  const { db } = session.file;
  const total = countBinned(db);
  context.report({ phase: 'backing up', done: 0, total: 0, unit: '' });
  await backupsOf(session)?.makeBefore('emptying', context.signal);
  const freeBefore = freeBytes(db);
  const turns = new LoopTurns(50, 2000);
  const kept = new KeptSamples(session, context);
  const done = { looked: 0, emptied: 0 };
  let toldMs = performance.now();
  try {
    for (let after = 0; ;) {
      const seqs = await kept.now();
      const piece = await turns.take((limit) => emptyPiece(db, seqs, after, limit));
      if (piece.looked === 0) break;
      after = piece.last;
      done.looked += piece.looked;
      done.emptied += piece.emptied;
      context.report({ phase: 'deleting', done: done.looked, total, unit: 'samples' });
      context.signal.throwIfAborted();
      if (performance.now() - toldMs < tellEveryMs) continue;
      session.changes.touch('samples', 'project');
      toldMs = performance.now();
    }
  } finally {
    session.changes.touch('samples', 'reviews', 'project', 'labels');
  }
  const freedBytes = Math.max(0, freeBytes(db) - freeBefore);
  return { emptied: done.emptied, kept: done.looked - done.emptied, freedBytes };
}

/** What datasets hold of the bin, looked up anew whenever one was frozen meanwhile. */
class KeptSamples {
  readonly #session: ProjectSession;
  readonly #context: JobContext;
  #seqs = new SeqSet();
  #newest = -1;

  constructor(session: ProjectSession, context: JobContext) {
    this.#session = session;
    this.#context = context;
  }

  async now(): Promise<SeqSet> {
    const { db } = this.#session.file;
    for (let newest = newestDataset(db); newest !== this.#newest; newest = newestDataset(db)) {
      const { seqs } = await rowTurns().all(keptInBin(db), this.#context.signal);
      this.#seqs = seqs;
      this.#newest = newest;
    }
    return this.#seqs;
  }
}
