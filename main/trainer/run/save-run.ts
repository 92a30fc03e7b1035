import { clearLeftovers } from '../checkpoint/atomic-folder.ts';
import { recordFormatVersion, writeCheckpoint } from '../checkpoint/write-checkpoint.ts';
import { findResumePoint, readResumeTensors, type ResumePoint } from '../checkpoint/read-resume.ts';
import { resumeFormatVersion, type ResumeState } from '../checkpoint/resume-state.ts';
import { writeResume } from '../checkpoint/write-resume.ts';
import { engineName } from '../ffi/library.ts';
import { writeParameter } from '../weights/trained-weights.ts';
import { elementCount } from '../device/tensor.ts';
import { epochSteps, runSteps, type TrainingRun } from './run-state.ts';

/**
 * Writes what was trained at the end of an epoch or of the run, then the resume checkpoint: in this order a crash
 * between them repeats steps, and never leaves an epoch out.
 */
export async function saveEpoch(run: TrainingRun): Promise<void> {
  const { params, model, device, trainer, metrics, devLosses, context } = run;
  const { name, architecture } = model.parameters;
  const step = metrics.length;
  const epoch = step / epochSteps(run);
  const stepsOfEpoch = step - Math.floor((step - 1) / epochSteps(run)) * epochSteps(run);
  const meanLoss = meanLossOf(metrics.slice(-stepsOfEpoch));
  const weights = trainer.toGguf(`${name} epoch ${Number(epoch.toFixed(2))}`);
  const checkpoint = await writeCheckpoint(params.outDir, weights, {
    formatVersion: recordFormatVersion,
    base: { sha256: params.baseSha256, name, architecture },
    extra: params.recordExtra,
    samples: run.samples.length,
    recipe: params.recipe,
    seed: params.recipe.seed,
    engine: engineName(),
    device: device.description,
    epoch,
    step,
    totalSteps: runSteps(run),
    meanLoss,
    memory: run.memory.measure(true).memory,
    steps: metrics,
    devLosses,
  });
  // The last step is always saved: a core that dies before it notes the end need not repeat any.
  if (run.clock.isDue(step, true) || step === runSteps(run)) await saveResume(run);
  context.emit({ type: 'checkpoint', checkpoint: { epoch, step, meanLoss, ...checkpoint } });
}

function meanLossOf(metrics: TrainingRun['metrics']): number {
  const tokens = metrics.reduce((sum, { trainedTokens }) => sum + trainedTokens, 0);
  return metrics.reduce((sum, { loss, trainedTokens }) => sum + loss * trainedTokens, 0) / tokens;
}

/** Makes every finished step safe; does nothing when it is already. */
export async function saveResume(run: TrainingRun): Promise<void> {
  const { device, trainer, metrics, devLosses, clock, identity, params } = run;
  const step = metrics.length;
  if (step === clock.lastStep) return;
  const state: ResumeState = {
    ...identity,
    formatVersion: resumeFormatVersion,
    engine: engineName(),
    device: device.description,
    step,
    steps: metrics,
    devLosses,
    tensors: trainer.parameters.map(({ name, weight }) => ({
      name,
      elements: elementCount(weight.ne),
    })),
  };
  await clock.time(step, () => writeResume(params.outDir, state, tensorBytes(run)));
}

function* tensorBytes({ device, trainer }: TrainingRun): Generator<Uint8Array> {
  for (const { weight, firstMoment, secondMoment } of trainer.parameters)
    for (const tensor of [weight, firstMoment, secondMoment])
      yield new Uint8Array(device.readFloats(tensor).buffer);
}

/** Brings a fresh trainer to where the newest whole checkpoint was written, if there is one. */
export async function restore(
  run: Pick<TrainingRun, 'device' | 'trainer' | 'params' | 'identity'>,
): Promise<ResumePoint> {
  const { device, trainer, params, identity } = run;
  await clearLeftovers(params.outDir);
  const point = await findResumePoint(params.outDir, identity);
  if (!point.state) return point;
  const byName = new Map(trainer.parameters.map((parameter) => [parameter.name, parameter]));
  await readResumeTensors(params.outDir, point.state, (name, [weight, first, second]) => {
    const parameter = byName.get(name);
    if (!parameter) throw new Error(`The checkpoint has the tensor ${name}, which is not trained`);
    writeParameter(device, parameter, weight);
    device.write(parameter.firstMoment, first);
    device.write(parameter.secondMoment, second);
  });
  return point;
}
