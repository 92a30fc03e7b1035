import { learningRateAt } from '../../../shared/domain/learning-rate.ts';
import type { EncodedSample, StepMetric } from '../../engines/protocol/trainer.ts';
import { EngineError } from '../../engines/serve-engine.ts';
import { epochBatches } from '../data/batches.ts';
import { countTrained } from '../data/pack.ts';
import { saveEpoch, saveResume } from './save-run.ts';
import { epochSteps, totalSteps, type TrainingRun } from './training-run.ts';

/** Does the steps that are left, from the one after the last finished step on. */
export async function runEpochs(run: TrainingRun): Promise<void> {
  const firstStep = run.metrics.length + 1;
  const firstEpoch = Math.floor(run.metrics.length / epochSteps(run)) + 1;
  for (let epoch = firstEpoch; epoch <= run.params.recipe.epochs; epoch++)
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
    if (metric.step === firstStep) await requireMemoryForRest(run);
    const isEndOfEpoch = metrics.length % batches.length === 0;
    if (!isEndOfEpoch && run.clock.isDue(metrics.length, false)) await saveResume(run);
  }
  context.emit({ type: 'phase', phase: 'saving' });
  await saveEpoch(run, epoch);
  context.emit({ type: 'memory', ...run.memory.measure(true) });
  if (!params.waitsAfterEpoch) return;
  const waitedFromMs = performance.now();
  await run.control.untilToldToGoOn(run.stop);
  run.startedMs += performance.now() - waitedFromMs;
}

/** Tells what the first step took; a run that will not fit saves it and ends with OUT_OF_MEMORY. */
async function requireMemoryForRest(run: TrainingRun): Promise<void> {
  const { memory, context } = run;
  context.emit({ type: 'memory', ...memory.measure(false) });
  const problem = await memory.problem();
  if (!problem) return;
  context.emit({ type: 'phase', phase: 'saving' });
  await saveResume(run);
  throw problem;
}

/** One optimizer step over the micro-batches of a batch; a stop leaves the weights as they were. */
async function runStep(run: TrainingRun, batch: EncodedSample[][]): Promise<StepMetric> {
  const { trainer, params, context, stop } = run;
  const startedMs = performance.now();
  const step = run.metrics.length + 1;
  const total = totalSteps(run);
  const learningRate = learningRateAt(step, total, params.recipe);
  const { tokens, trainedTokens } = countTokens(batch.flat());
  let lossSum = 0;
  for (const [index, microBatch] of batch.entries()) {
    stop.throwIfAborted();
    lossSum += await trainer.accumulate(microBatch, step);
    requireFinite(lossSum, 'loss', step);
    const microBatches = { microBatch: index + 1, microBatches: batch.length };
    context.emit({ type: 'progress', step, totalSteps: total, ...microBatches });
  }
  stop.throwIfAborted();
  const gradNorm = await trainer.applyGradients({ step, learningRate });
  requireFinite(gradNorm, 'gradient norm', step);
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

function countTokens(samples: readonly EncodedSample[]) {
  const trainedTokens = samples.reduce((sum, sample) => sum + countTrained(sample), 0);
  return { tokens: samples.reduce((sum, { tokens }) => sum + tokens.length, 0), trainedTokens };
}

function requireFinite(value: number, what: string, step: number): void {
  if (Number.isFinite(value)) return;
  const advice =
    step === 1
      ? 'Nothing was trained yet, so the base model is damaged: download it again.'
      : 'Lower learningRate or alpha and start again; earlier epochs are kept.';
  const message = `The ${what} became ${value} at step ${step}. ${advice}`;
  throw new EngineError('DIVERGED', message, { step });
}
