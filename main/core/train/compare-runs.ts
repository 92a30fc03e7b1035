import { containsExpected } from '../../../shared/stats/expected-answer.ts';
import type {
  ComparedRun,
  ComparisonFormat,
  CurvePoint,
  DialogueStep,
  RunComparison,
} from '../../../shared/domain/runs/run-comparison.ts';
import {
  differInDatasetAlone,
  settingDifferences,
} from '../../../shared/domain/runs/run-comparison.ts';
import { comparisonFiles } from '../../../shared/text/run-comparison.ts';
import type { Run, RunMetric } from '../../../shared/domain/run.ts';
import { listCheckpoints } from '../../store/repositories/checkpoints.ts';
import { comparisonsOf } from '../../store/repositories/comparisons.ts';
import { datasetDifference } from '../../store/repositories/dataset-difference.ts';
import { listEvaluations, type StoredEvaluation } from '../../store/repositories/evaluations.ts';
import { metricsAfter } from '../../store/repositories/run-metrics.ts';
import { checkpointOfSystem } from '../../store/repositories/systems.ts';
import { AppError } from '../base/app-error.ts';
import { storedSystemName } from '../evaluate/evaluation-service.ts';
import { evaluationReport } from '../evaluate/report-service.ts';
import { type CoreState, protectedBy } from '../project/core-state.ts';
import type { ProjectSession } from '../project/project-session.ts';
import { runById } from './run-service.ts';

const mostPoints = 1000;

/** Runs side by side in the order they are named in; a run may be compared while it goes on. */
export function compareRuns(session: ProjectSession, ids: readonly string[]): RunComparison {
  const unique = [...new Set(ids)];
  if (unique.length < ids.length)
    throw new AppError('INVALID_STATE', 'A run is compared with other runs: name each once', {});
  const runs = unique.map((id) => runById(session, id));
  const settings = settingDifferences(runs);
  return {
    runs: runs.map((run) => comparedRun(session, run)),
    settings,
    dialogueStep: differInDatasetAlone(settings) ? dialogueStep(session, runs) : null,
  };
}

/** Whether all samples that only one of two runs was trained on have several turns. */
function dialogueStep(
  { file: { db } }: ProjectSession,
  [first, second, ...more]: readonly Run[],
): DialogueStep | null {
  if (!first || !second || more.length > 0) return null;
  const found = datasetDifference(db, first.datasetId, second.datasetId);
  const { onlyFirst, onlySecond, single } = found;
  if (single > 0 || onlyFirst === onlySecond) return null;
  return onlyFirst > onlySecond
    ? { withId: first.id, withoutId: second.id, more: onlyFirst, fewer: onlySecond }
    : { withId: second.id, withoutId: first.id, more: onlySecond, fewer: onlyFirst };
}

/** Writes a comparison to a file, complete or not at all. */
export async function saveComparison(
  state: CoreState,
  session: ProjectSession,
  input: { ids: readonly string[]; format: ComparisonFormat; path: string; overwrite: boolean },
): Promise<{ path: string; sizeBytes: number }> {
  const text = comparisonFiles[input.format].write(compareRuns(session, input.ids));
  const wish = { overwrite: input.overwrite, project: await protectedBy(session) };
  await using draft = await state.exports.start(input.path, wish);
  await draft.file.writeFile(text);
  await draft.place();
  return { path: draft.path, sizeBytes: Buffer.byteLength(text) };
}

function comparedRun(session: ProjectSession, run: Run): ComparedRun {
  const { id, name, state, modelName, datasetName, totalSteps, lastMetric, memory } = run;
  const metrics = metricsAfter(session.file.db, id, 0);
  const stepsPerPoint = Math.max(1, Math.ceil(metrics.length / mostPoints));
  const tokensPerEpoch = run.encodeReport?.tokens ?? null;
  const devCurve = run.devLosses.map((dev) => devPoint(dev, metrics, tokensPerEpoch));
  const best = lowest(run.devLosses);
  return {
    id,
    name,
    state,
    modelName,
    datasetName,
    totalSteps,
    stepsPerPoint,
    devCurve,
    steps: lastMetric?.step ?? 0,
    lastLoss: run.checkpoints.at(-1)?.meanLoss ?? null,
    bestLoss: lowest(run.checkpoints.map(({ meanLoss: loss }) => ({ loss })))?.loss ?? null,
    lastDevLoss: run.devLosses.at(-1)?.loss ?? null,
    bestDevLoss: best?.loss ?? null,
    bestDevEpoch: best?.epoch ?? null,
    tokensPerSecond: medianSpeed(metrics),
    elapsedMs: lastMetric?.elapsedMs ?? null,
    peakBytes: memory?.peakBytes ?? null,
    device: memory?.device ?? null,
    curve: meanPoints(metrics, stepsPerPoint, tokensPerEpoch),
    ...outcomesOf(session, run),
  };
}

function lowest<Item extends { loss: number }>(items: readonly Item[]): Item | undefined {
  const [first, ...others] = items.filter(({ loss }) => Number.isFinite(loss));
  return first && others.reduce((least, one) => (one.loss < least.loss ? one : least), first);
}

/** The speed of training as such; null before the first step. */
export function medianSpeed(metrics: readonly RunMetric[]): number | null {
  const speeds = metrics.map(({ tokensPerSecond }) => tokensPerSecond).toSorted((a, b) => a - b);
  return speeds[Math.floor(speeds.length / 2)] ?? null;
}

/** The tokens of whole epochs are counted; within one they follow from the share that is done. */
const tokensAt = (epoch: number, perEpoch: number | null) =>
  perEpoch === null ? null : Math.round(epoch * perEpoch);

function meanPoints(
  metrics: readonly RunMetric[],
  size: number,
  tokensPerEpoch: number | null,
): CurvePoint[] {
  const points: CurvePoint[] = [];
  for (let start = 0; start < metrics.length; start += size) {
    const group = metrics.slice(start, start + size);
    const last = group.at(-1);
    if (!last) break;
    const { step, epoch, elapsedMs } = last;
    const loss = group.reduce((sum, metric) => sum + metric.loss, 0) / group.length;
    points.push({ step, epoch, elapsedMs, loss, tokens: tokensAt(epoch, tokensPerEpoch) });
  }
  return points;
}

function devPoint(
  { step, epoch, loss }: Run['devLosses'][number],
  metrics: readonly RunMetric[],
  tokensPerEpoch: number | null,
): CurvePoint {
  const elapsedMs = step === 0 ? 0 : (metrics[step - 1]?.elapsedMs ?? null);
  return { step, epoch, loss, elapsedMs, tokens: tokensAt(epoch, tokensPerEpoch) };
}

type Outcomes = Pick<ComparedRun, 'evaluations' | 'blindEvaluations' | 'problems'>;

/** What evaluations of its checkpoints said, newest first. */
function outcomesOf(session: ProjectSession, { id }: Run): Outcomes {
  const epochs = new Map(
    listCheckpoints(session.file.db, id).map((checkpoint) => [checkpoint.id, checkpoint.epoch]),
  );
  const outcomes: Outcomes = { evaluations: [], blindEvaluations: 0, problems: [] };
  for (const evaluation of listEvaluations(session.file.db))
    for (const side of ['a', 'b'] as const) {
      const systemId = side === 'a' ? evaluation.systemAId : evaluation.systemBId;
      const checkpointId = checkpointOfSystem(session.file.db, systemId);
      const epoch = checkpointId === null ? undefined : epochs.get(checkpointId);
      if (epoch === undefined) continue;
      if (evaluation.revealedMs === null) outcomes.blindEvaluations += 1;
      else addOutcome(session, outcomes, { evaluation, side, epoch });
    }
  return outcomes;
}

interface Place {
  evaluation: StoredEvaluation;
  side: 'a' | 'b';
  epoch: number;
}

function addOutcome(session: ProjectSession, outcomes: Outcomes, place: Place): void {
  const { evaluation, side, epoch } = place;
  try {
    const { statistics, basis } = evaluationReport(session, evaluation.id);
    const { wins = 0, ties = 0, losses = 0 } = statistics ?? {};
    const judged = comparisonsOf(session.file.db, evaluation.id).flatMap((item) =>
      item.expected !== null && item[side]
        ? [containsExpected(item[side].output, item.expected)]
        : [],
    );
    outcomes.evaluations.push({
      evaluationId: evaluation.id,
      name: evaluation.name,
      epoch,
      against: storedSystemName(
        session,
        side === 'a' ? evaluation.systemBId : evaluation.systemAId,
      ),
      basis,
      wins: side === 'a' ? wins : losses,
      ties,
      losses: side === 'a' ? losses : wins,
      correct: judged.filter(Boolean).length,
      expected: judged.length,
    });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    outcomes.problems.push(`${evaluation.name}: ${error.message}`);
  }
}
