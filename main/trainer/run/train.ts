import { statSync } from 'node:fs';
import { wantsOneThread } from '../../../shared/domain/threads.ts';
import type { TrainEvent, TrainParams, TrainResult } from '../../engines/protocol/trainer.ts';
import type { RequestContext } from '../../engines/serve-engine.ts';
import { CheckpointClock } from '../checkpoint/checkpoint-clock.ts';
import { hashSamples } from '../checkpoint/resume-state.ts';
import { usableDevSamples, usableSamples } from '../data/check-samples.ts';
import { engineName } from '../ffi/library.ts';
import { budgetOf } from '../memory/free-memory.ts';
import { MemoryWatch } from '../memory/run-memory.ts';
import { loadAdapter } from '../from-adapter/load-adapter.ts';
import { BaseModel } from '../weights/base-model.ts';
import { LoraAdapter } from '../weights/lora-adapter.ts';
import { ModelFile } from '../weights/model-file.ts';
import { GgmlDevice } from '../device/ggml-device.ts';
import { runEpochs } from './run-epochs.ts';
import { RunControl, type RunSetup, type TrainingRun } from './run-state.ts';
import { restore, saveResume } from './save-run.ts';
import { loadOptions } from '../weights/start-weights.ts';
import { Trainer } from '../step/trainer.ts';
import type { Device } from '../device/device.ts';
import { requireWeightsMemory } from '../memory/require-memory.ts';

/**
 * Trains an adapter or a whole model as the recipe says, from the newest resume checkpoint in
 * `outDir` on if there is one, and writes what was trained at the end of each epoch. A cancelled
 * run ends within one micro-batch and keeps what it wrote; a paused one saves the finished steps as
 * well. `memoryBudget` tells how many bytes of its device it may hold. Throws TrainerError.
 */
export async function train(
  params: TrainParams,
  context: RequestContext<TrainEvent>,
  control = new RunControl(),
  memoryBudget = budgetOf,
): Promise<TrainResult> {
  const threads = params.recipe.threads || automaticThreads(params.basePath);
  using device = GgmlDevice.open(params.device ?? 'cpu', threads);
  const stop = AbortSignal.any([context.signal, control.pausing]);
  const metrics: TrainingRun['metrics'] = [];
  const ending = (outcome: TrainResult['outcome']): TrainResult => ({
    outcome,
    steps: metrics.length,
    engine: engineName(),
    device: device.description,
  });
  try {
    context.emit({ type: 'phase', phase: 'loading' });
    const memory = await MemoryWatch.plan(device, params, memoryBudget);
    using model = await loadModel(device, params, stop);
    context.emit({ type: 'phase', phase: 'preparing' });
    const samples = usableSamples(params.samples, model.parameters);
    const devSamples = usableDevSamples(params.devSamples ?? [], samples, model.parameters);
    using trainer = new Trainer(device, model, params.recipe);
    const asked = { params, context, control, stop, samples, devSamples };
    await runOrPause(await start({ ...asked, device, model, trainer, memory, metrics }));
    return ending('succeeded');
  } catch (error) {
    if (error !== stop.reason || !stop.aborted) throw error;
    return ending(context.signal.aborted ? 'cancelled' : 'paused');
  }
}

/** Tiny models on one thread, others (0) on every core: ggml's threads wait busily for each other. */
function automaticThreads(basePath: string): number {
  const sizeBytes = statSync(basePath, { throwIfNoEntry: false })?.size ?? 0;
  return wantsOneThread(sizeBytes) ? 1 : 0;
}

async function loadModel(
  device: Device,
  { basePath, recipe }: TrainParams,
  signal: AbortSignal,
): Promise<BaseModel> {
  await using file = await ModelFile.open(basePath);
  const options = loadOptions(recipe);
  requireWeightsMemory(device, file, options);
  return await BaseModel.load(device, file, signal, options);
}

/** Goes to the newest checkpoint, or to the beginning, and says which. */
async function start(setup: RunSetup): Promise<TrainingRun> {
  const { params, metrics, device, model } = setup;
  const identity = identityOf(setup);
  const { state, damaged } = await restore({ ...setup, identity });
  if (!state) await startFromAdapter(setup);
  metrics.push(...(state?.steps ?? []));
  const devLosses = [...(state?.devLosses ?? [])];
  const warnings = state
    ? machineChanges(state, device.description)
    : widerTypes(model, device.description);
  setup.context.emit({
    type: 'start',
    step: metrics.length,
    steps: [...metrics],
    devLosses: [...devLosses],
    damaged,
    warnings,
  });
  return {
    ...setup,
    identity,
    devLosses,
    clock: new CheckpointClock(params.recipe.checkpointEverySteps, metrics.length),
    startedMs: performance.now() - (metrics.at(-1)?.elapsedMs ?? 0),
  };
}

/** A run that is not resumed begins with the adapter that its recipe names, if any. */
async function startFromAdapter({ params, device, trainer: { trained } }: RunSetup): Promise<void> {
  const { recipe, fromAdapterPath: path } = params;
  if (recipe.fromAdapter === '' || !(trained instanceof LoraAdapter)) return;
  if (path === undefined) throw new RangeError('The recipe names an adapter, and there is none');
  await loadAdapter(device, trained, { path, sha256: recipe.fromAdapter });
}

/** What a device cannot compute with costs memory, and rounds a little: the run says so. */
function widerTypes({ replacedTypes }: BaseModel, device: string): string[] {
  if (replacedTypes.size === 0) return [];
  const types = [...replacedTypes].join(' and ');
  return [
    `${device} cannot compute with ${types} weights: they are held as BF16, or as F32 where it ` +
      `lacks that too, and take more memory.`,
  ];
}

/** Another library or processor may round otherwise: the run goes on, and says so. */
function machineChanges(then: { engine: string; device: string }, device: string): string[] {
  const changes = [
    { before: then.engine, now: engineName() },
    { before: then.device, now: device },
  ].filter(({ before, now }) => before !== now);
  return changes.map(
    ({ before, now }) =>
      `It goes on with ${now} and began with ${before}: results may differ by rounding.`,
  );
}

const identityOf = ({ params: { baseSha256, recipe }, samples, devSamples }: RunSetup) => ({
  baseSha256,
  recipe,
  samplesSha256: hashSamples(samples),
  devSamplesSha256: hashSamples(devSamples),
});

/** Runs the steps that are left; a pause gives up the running step and saves those before it. */
async function runOrPause(run: TrainingRun): Promise<void> {
  try {
    await runEpochs(run);
  } catch (error) {
    const isPause = run.stop.aborted && error === run.stop.reason && !run.context.signal.aborted;
    if (isPause) {
      run.context.emit({ type: 'phase', phase: 'saving' });
      await saveResume(run);
    }
    throw error;
  }
}
