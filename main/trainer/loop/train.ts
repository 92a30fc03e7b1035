import { statSync } from 'node:fs';
import type {
  EncodedSample,
  StepMetric,
  TrainEvent,
  TrainParams,
  TrainResult,
} from '../../engines/protocol/trainer.ts';
import { EngineError, type RequestContext } from '../../engines/serve-engine.ts';
import { recordFormatVersion } from '../checkpoint/run-record.ts';
import { writeCheckpoint } from '../checkpoint/write-checkpoint.ts';
import { epochBatches, stepsPerEpoch } from '../data/batches.ts';
import { usableSamples } from '../data/check-samples.ts';
import { countTrained } from '../data/pack.ts';
import { engineName } from '../ffi/library.ts';
import { FrozenModel } from '../model/frozen-model.ts';
import { ModelFile } from '../model/model-file.ts';
import { learningRateAt } from '../optim/schedule.ts';
import { Backend } from '../tensor/backend.ts';
import { loadOptions } from './start-weights.ts';
import { Trainer } from './trainer.ts';

const singleThreadBytes = 16 * 1024 * 1024;

/** One run from start to end: its fixed parts and what has happened so far. */
interface Run {
  params: TrainParams;
  context: RequestContext<TrainEvent>;
  backend: Backend;
  model: FrozenModel;
  trainer: Trainer;
  samples: EncodedSample[];
  totalSteps: number;
  startedMs: number;
  metrics: StepMetric[];
}

/**
 * Trains an adapter or a whole model as the recipe says and writes one checkpoint per epoch. A cancelled run
 * ends within one micro-batch and keeps the epochs it wrote. Throws EngineError.
 */
export async function train(
  params: TrainParams,
  context: RequestContext<TrainEvent>,
): Promise<TrainResult> {
  const { recipe } = params;
  using backend = Backend.openCpu(recipe.threads || automaticThreads(params.basePath));
  context.emit({ type: 'phase', phase: 'loading' });
  const metrics: StepMetric[] = [];
  const ending = (outcome: TrainResult['outcome']): TrainResult => ({
    outcome,
    steps: metrics.length,
    engine: engineName(),
    device: backend.device,
  });
  try {
    using model = await loadModel(backend, params, context.signal);
    context.emit({ type: 'phase', phase: 'preparing' });
    const samples = usableSamples(params.samples, model.parameters);
    using trainer = new Trainer(backend, model, recipe);
    const totalSteps = recipe.epochs * stepsPerEpoch(samples.length, recipe.batchSize);
    const startedMs = performance.now();
    const run = { params, context, backend, model, trainer, samples, totalSteps, startedMs };
    for (let epoch = 1; epoch <= recipe.epochs; epoch++) await runEpoch({ ...run, metrics }, epoch);
    return ending('succeeded');
  } catch (error) {
    if (context.signal.aborted && error === context.signal.reason) return ending('cancelled');
    throw error;
  }
}

/** Tiny models on one thread, others (0) on every core: ggml's threads wait busily for each other. */
function automaticThreads(basePath: string): number {
  const sizeBytes = statSync(basePath, { throwIfNoEntry: false })?.size ?? 0;
  return sizeBytes < singleThreadBytes ? 1 : 0;
}

async function loadModel(
  backend: Backend,
  { basePath, recipe }: TrainParams,
  signal: AbortSignal,
): Promise<FrozenModel> {
  await using file = await ModelFile.open(basePath);
  return await FrozenModel.load(backend, file, signal, loadOptions(recipe));
}

async function runEpoch(run: Run, epoch: number): Promise<void> {
  const { params, samples, context } = run;
  context.emit({ type: 'phase', phase: 'training' });
  let lossSum = 0;
  let trainedTokens = 0;
  for (const batch of epochBatches(samples, epoch, params.recipe)) {
    const metric = await runStep(run, batch);
    run.metrics.push(metric);
    context.emit({ type: 'step', metric });
    lossSum += metric.loss * metric.trainedTokens;
    trainedTokens += metric.trainedTokens;
  }
  context.emit({ type: 'phase', phase: 'saving' });
  await saveEpoch(run, epoch, lossSum / trainedTokens);
}

/** One optimizer step over the micro-batches of a batch. */
async function runStep(run: Run, batch: EncodedSample[][]): Promise<StepMetric> {
  const { trainer, totalSteps, params, context, samples } = run;
  const startedMs = performance.now();
  const step = run.metrics.length + 1;
  const learningRate = learningRateAt(step, totalSteps, params.recipe);
  const { tokens, trainedTokens } = countTokens(batch.flat());
  let lossSum = 0;
  for (const [index, microBatch] of batch.entries()) {
    context.signal.throwIfAborted();
    lossSum += await trainer.accumulate(microBatch);
    requireFinite(lossSum, 'loss', step);
    const progress = { step, totalSteps, microBatch: index + 1, microBatches: batch.length };
    context.emit({ type: 'progress', ...progress });
  }
  context.signal.throwIfAborted();
  const gradNorm = await trainer.applyGradients({ step, learningRate, trainedTokens });
  requireFinite(gradNorm, 'gradient norm', step);
  const now = performance.now();
  return {
    step,
    totalSteps,
    learningRate,
    gradNorm,
    tokens,
    trainedTokens,
    epoch: step / stepsPerEpoch(samples.length, params.recipe.batchSize),
    loss: lossSum / trainedTokens,
    tokensPerSecond: (tokens / (now - startedMs)) * 1000,
    elapsedMs: now - run.startedMs,
  };
}

async function saveEpoch(run: Run, epoch: number, meanLoss: number): Promise<void> {
  const { params, model, backend, trainer, metrics, context } = run;
  const { name, architecture } = model.parameters;
  const step = metrics.length;
  const weights = trainer.toGguf(`${name} epoch ${epoch}`);
  const checkpoint = await writeCheckpoint(params.outDir, weights, {
    formatVersion: recordFormatVersion,
    base: { sha256: params.baseSha256, name, architecture },
    extra: params.recordExtra,
    samples: run.samples.length,
    recipe: params.recipe,
    seed: params.recipe.seed,
    engine: engineName(),
    device: backend.device,
    epoch,
    step,
    totalSteps: run.totalSteps,
    meanLoss,
    steps: metrics,
  });
  context.emit({ type: 'checkpoint', checkpoint: { epoch, step, meanLoss, ...checkpoint } });
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
