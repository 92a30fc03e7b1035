import type { PipelineFacts } from '../../shared/domain/project/pipeline.ts';
import type { Database } from '../store/database.ts';
import { comparisonCounts } from '../store/repositories/comparisons.ts';
import { findEvaluation } from '../store/repositories/evaluations.ts';
import { findStudy } from '../store/repositories/studies.ts';
import {
  acceptedAsFrozen,
  newestDataset,
  newestRunOn,
  workSince,
} from '../store/repositories/project/pipeline-facts.ts';
import { explainError } from './base/explain-error.ts';
import { LoopTurns } from './base/loop-turns.ts';
import { SharedAnswers } from './base/shared-answers.ts';
import { winShare } from './evaluate/report-service.ts';
import { studyQueues } from './evaluate/study/study-state.ts';
import { SessionScoped, type ProjectSession } from './project/project-session.ts';

const frozenAnswers = new SessionScoped(() => new SharedAnswers<boolean>());

/** How far the project is, for the bar above every tab: index look-ups, and what is known already. */
export async function pipelineFacts(
  session: ProjectSession,
  signal?: AbortSignal,
): Promise<PipelineFacts> {
  const { db } = session.file;
  const samples = await session.statuses(signal);
  const dataset = newestDataset(db);
  const isCurrent =
    dataset !== undefined && (await isStillAccepted(session, dataset, samples.accepted, signal));
  const run = dataset && newestRunOn(db, dataset.id);
  const since = workSince(db, run?.sequence ?? dataset?.sequence ?? 0);
  return {
    samples,
    dataset: dataset
      ? { id: dataset.id, name: dataset.name, samples: dataset.samples, isCurrent }
      : null,
    run: run ? toRun(run) : null,
    chatAnswers: run ? since.chatAnswers : 0,
    evaluation: since.evaluationId === null ? null : evaluationFacts(session, since.evaluationId),
    packet: session.packet?.kind ?? null,
  };
}

function toRun(row: NonNullable<ReturnType<typeof newestRunOn>>): PipelineFacts['run'] {
  const { id, name, state, modelId, checkpointId, epoch, meanLoss } = row;
  const isWhole = checkpointId !== null && epoch !== null && meanLoss !== null;
  const checkpoint = isWhole ? { id: checkpointId, epoch, meanLoss } : null;
  return { id, name, state, modelId, checkpoint };
}

function evaluationFacts(session: ProjectSession, id: string): PipelineFacts['evaluation'] {
  const { db } = session.file;
  const evaluation = findEvaluation(db, 'id', id);
  if (!evaluation) return null;
  if (evaluation.studyId !== null) return studyFacts(session, evaluation.studyId);
  const { comparisons, generatedA, generatedB, failed, voted } = comparisonCounts(db, id);
  const isRevealed = evaluation.revealedMs !== null;
  return {
    id,
    isStudy: false,
    name: evaluation.name,
    comparisons,
    answers: generatedA + generatedB,
    failed,
    voted,
    isRevealed,
    share: isRevealed && comparisons <= mostCounted ? shareOf(session, id, voted) : null,
  };
}

/** Of all pairs of a study together: one of them by itself would be told apart from the others. */
function studyFacts(session: ProjectSession, studyId: string): PipelineFacts['evaluation'] {
  const study = findStudy(session.file.db, 'id', studyId);
  if (!study) return null;
  const queues = studyQueues(session, study);
  const { answers, failed, voted } = queues.counts();
  return {
    id: studyId,
    isStudy: true,
    name: study.name,
    comparisons: queues.items.length,
    answers,
    failed,
    voted,
    isRevealed: study.revealedMs !== null,
    share: null,
  };
}

/** A report of more pairs than this takes too long to be made for a bar. */
const mostCounted = 2000;

const shares = new SessionScoped(() => new Map<string, number | null>());

/** The result of a revealed evaluation, which changes with its votes alone; null where it has none. */
function shareOf(session: ProjectSession, id: string, voted: number): number | null {
  const known = shares.of(session);
  const key = `${id} ${voted}`;
  const share = known.has(key) ? known.get(key) : shareOrNone(session, id);
  known.set(key, share ?? null);
  return share ?? null;
}

/** A damaged evaluation keeps nobody from seeing how far the project is: its page says why. */
function shareOrNone(session: ProjectSession, id: string): number | null {
  try {
    return winShare(session, id);
  } catch (error) {
    if (explainError(error)) return null;
    throw error;
  }
}

/** Whether the accepted samples are the dataset; looks at its items only when the counts agree. */
async function isStillAccepted(
  session: ProjectSession,
  dataset: { id: string; samples: number },
  accepted: number,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  if (dataset.samples !== accepted || accepted === 0) return false;
  const question = {
    key: dataset.id,
    topics: ['samples', 'reviews', 'datasets'] as const,
    signal,
  };
  return await session.answer(frozenAnswers.of(session), question, (stopped) =>
    compareItems(session.file.db, dataset.id, stopped),
  );
}

const firstItems = 2000;
const mostItems = 100_000;

/** Ends at the first piece with a difference. */
async function compareItems(db: Database, datasetId: string, signal: AbortSignal) {
  const turns = new LoopTurns(firstItems, mostItems);
  for (let after = -1; ;) {
    const piece = await turns.take((limit) => ({
      ...acceptedAsFrozen(db, datasetId, after, limit),
      limit,
    }));
    signal.throwIfAborted();
    if (piece.same < piece.read) return false;
    if (piece.read < piece.limit || piece.last === null) return true;
    after = piece.last;
  }
}
