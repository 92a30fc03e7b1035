import type { Database } from '../../store/database.ts';
import { findCheckpoint } from '../../store/repositories/checkpoints.ts';
import { answersPerItem } from '../../store/repositories/datasets.ts';
import { findRun } from '../../store/repositories/runs.ts';
import { LoopTurns } from '../base/loop-turns.ts';
import { type ProjectSession, SessionScoped } from '../project/project-session.ts';
import { SharedAnswers } from '../base/shared-answers.ts';

interface Training {
  datasetName: string;
  samples: number;
  isSingleTurn: boolean;
}

// A dataset is frozen: what was counted once holds.
const counted = new SessionScoped(() => new SharedAnswers<Omit<Training, 'datasetName'>>());

/** What is known of the samples that a checkpoint was trained on; null where nothing is. */
export async function trainingOf(
  session: ProjectSession,
  checkpointId: string,
  signal?: AbortSignal,
): Promise<Training | null> {
  const { db } = session.file;
  const checkpoint = findCheckpoint(db, checkpointId);
  const run = checkpoint && findRun(db, 'id', checkpoint.runId);
  if (!run) return null;
  const question = { key: run.datasetId, topics: ['datasets'] as const, signal };
  const count = await session.answer(counted.of(session), question, (stopped) =>
    countTurns(db, run.datasetId, stopped),
  );
  return count.samples === 0 ? null : { datasetName: run.datasetName, ...count };
}

/** Counts until the first sample with a second answer is met. */
async function countTurns(db: Database, datasetId: string, signal: AbortSignal) {
  const turns = new LoopTurns(500, 5000);
  let samples = 0;
  let next = 0;
  for (;;) {
    signal.throwIfAborted();
    const from = next;
    const rows = await turns.take((limit) => answersPerItem(db, datasetId, from, limit));
    samples += rows.length;
    const last = rows.at(-1);
    if (!last) return { samples, isSingleTurn: samples > 0 };
    if (rows.some(({ answers }) => answers > 1)) return { samples, isSingleTurn: false };
    next = last.ordinal + 1;
  }
}
