import { learningRateAt } from '../../../shared/domain/recipe/learning-rate.ts';
import { countAllTrained } from '../../../shared/domain/training-counts.ts';
import type { EncodedSample, StepMetric } from '../../engines/protocol/trainer.ts';
import { epochBatches } from '../data/batches.ts';
import { measureDevLoss } from './dev-loss.ts';
import { requireFinite } from './require-finite.ts';
import { saveEpoch, saveResume } from './save-run.ts';
import { endsEpoch, epochSteps, runSteps, type TrainingRun } from './run-state.ts';

/**
 * Does the steps that are left, from the one after the last finished step on. Before them it
 * measures the dev loss where that is missing: of the base, or of an epoch that a pause cut short.
 */
export async function runEpochs(run: TrainingRun): Promise<void> {
  await measureDevLoss(run);
  const firstStep = run.metrics.length + 1;
  const firstEpoch = Math.floor(run.metrics.length / epochSteps(run)) + 1;
  for (let epoch = firstEpoch; run.metrics.length < runSteps(run); epoch++)
    await runEpoch(run, epoch, firstStep);
}

async function runEpoch(run: TrainingRun, epoch: number, firstStep: number): Promise<void> {
  const { params, samples, context, metrics } = run;
  context.emit({ type: 'phase', phase: 'training' });
  const batches = epochBatches(samples, epoch, params.recipe);
  for (const batch of batches.slice(metrics.length % batches.length)) {
    const metric = await runStep(run, batch);
    metrics.push(metric);
    context.emit({ type: 'step', metric });
    if (endsEpoch(run, metrics.length)) break;
    if (metric.step === firstStep) await requireMemoryForRest(run, false);
    if (run.clock.isDue(metrics.length, false)) await saveResume(run);
  }
  await endEpoch(run);
  if (metrics.length === firstStep && firstStep < runSteps(run))
    await requireMemoryForRest(run, true);
  else context.emit({ type: 'memory', ...run.memory.measure(true) });
  if (!params.waitsAfterEpoch) return;
  const waitedFromMs = performance.now();
  await run.control.untilToldToGoOn(run.stop);
  run.startedMs += performance.now() - waitedFromMs;
}

/** Tells what the first step took; a run that will not fit saves it and ends with OUT_OF_MEMORY. */
async function requireMemoryForRest(run: TrainingRun, isSaved: boolean): Promise<void> {
  const { memory, context } = run;
  context.emit({ type: 'memory', ...memory.measure(isSaved) });
  const problem = await memory.problem();
  if (!problem) return;
  context.emit({ type: 'phase', phase: 'saving' });
  await saveResume(run);
  throw problem;
}

/** A finished epoch is saved also when a stop cut its dev loss short; a diverged one is not. */
async function endEpoch(run: TrainingRun): Promise<void> {
  try {
    await measureDevLoss(run);
  } catch (error) {
    if (run.stop.aborted && error === run.stop.reason) await save(run);
    throw error;
  }
  await save(run);
}

async function save(run: TrainingRun): Promise<void> {
  run.context.emit({ type: 'phase', phase: 'saving' });
  await saveEpoch(run);
}

/** One optimizer step over the micro-batches of a batch; a stop leaves the weights as they were. */
async function runStep(run: TrainingRun, batch: EncodedSample[][]): Promise<StepMetric> {
  const startedMs = performance.now();
  const step = run.metrics.length + 1;
  const total = runSteps(run);
  const learningRate = learningRateAt(step, total, run.params.recipe);
  const { tokens, trainedTokens } = countTokens(batch.flat());
  const lossSum = await accumulateBatch(run, batch, step);
  const gradNorm = await run.trainer.applyGradients({ step, learningRate });
  requireFinite(gradNorm, 'gradient norm', step - 1);
  const now = performance.now();
  return {
    step,
    totalSteps: total,
    learningRate,
    gradNorm,
    tokens,
    trainedTokens,
    epoch: step / epochSteps(run),
    loss: lossSum / trainedTokens,
    tokensPerSecond: (tokens / (now - startedMs)) * 1000,
    elapsedMs: now - run.startedMs,
  };
}

/** Adds up the gradients of a batch, micro-batch by micro-batch; returns its summed loss. */
async function accumulateBatch(
  run: TrainingRun,
  batch: EncodedSample[][],
  step: number,
): Promise<number> {
  const totals = { step, totalSteps: runSteps(run), microBatches: batch.length };
  let lossSum = 0;
  for (const [index, microBatch] of batch.entries()) {
    run.stop.throwIfAborted();
    lossSum += await run.trainer.accumulate(microBatch, step);
    requireFinite(lossSum, 'loss', step - 1);
    run.context.emit({ type: 'progress', ...totals, microBatch: index + 1 });
  }
  run.stop.throwIfAborted();
  return lossSum;
}

function countTokens(samples: readonly EncodedSample[]) {
  const trainedTokens = countAllTrained(samples);
  return { tokens: samples.reduce((sum, { tokens }) => sum + tokens.length, 0), trainedTokens };
}
