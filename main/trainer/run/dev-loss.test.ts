import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { countTrained } from '../../../shared/domain/training-counts.ts';
import { writeTinyModel } from '../../gguf/tiny/tiny-model.ts';
import { GgmlDevice } from '../device/ggml-device.ts';
import { byteSample, openModel, temporaryFolder, tinyRecipe } from '../testing/open-model.ts';
import { ReferenceLlama } from '../testing/reference/reference-llama.ts';
import { Matrix } from '../testing/reference/tape.ts';
import type { TrainedParameter } from '../weights/trained-weights.ts';
import { loadOptions } from '../weights/start-weights.ts';
import { Trainer } from '../step/trainer.ts';
import { PlanningDevice } from '../device/planning-device.ts';

const folder = await temporaryFolder();
const device = GgmlDevice.openCpu(1);
afterAll(async () => {
  device[Symbol.dispose]();
  await folder[Symbol.asyncDispose]();
});

const path = join(folder.path, 'tiny.gguf');
const base = { headLength: 4, heads: 4, keyValueHeads: 2, layers: 2, normEpsilon: 1e-5 };
await writeTinyModel(path, {
  embeddingLength: 16,
  feedForwardLength: 32,
  heads: 4,
  kvHeads: 2,
  layers: 2,
});
// Dropout and noise: whoever measured with them would be far off.
const noise = { residualDropout: 0.5, neftuneAlpha: 15 };
const recipe = tinyRecipe({ rank: 4, alpha: 8, lossWeighting: 'sample', ...noise });
const samples = ['Paris is here.', 'A lake.'].map((text, at) => byteSample(text, text, 1 + at));
const held = ['The Seine flows by.', 'Rome is far!'].map((text) => byteSample(text, text, 3));

const toMatrix = ({ weight }: TrainedParameter) =>
  new Matrix(weight.ne[1], weight.ne[0], device.readFloats(weight));

const matricesOf = (trainer: Trainer) =>
  new Map(trainer.parameters.map((one) => [one.name, toMatrix(one)]));

/** The weights of the file, as the full method sees them. */
async function weightsOfFile(): Promise<Map<string, Matrix>> {
  const full = tinyRecipe({ method: 'full' });
  using model = await openModel(device, path, loadOptions(full));
  using trainer = new Trainer(device, model, full);
  return matricesOf(trainer);
}

/** Three steps, each followed by `between`; returns every weight and moment. */
async function trainSteps(trainer: Trainer, between: () => Promise<unknown>): Promise<number[][]> {
  for (let step = 1; step <= 3; step++) {
    await trainer.accumulate(samples, step);
    await between();
    await trainer.applyGradients({ step, learningRate: 0.05 });
    await between();
  }
  return trainer.parameters.map(({ weight, firstMoment, secondMoment }) =>
    [weight, firstMoment, secondMoment].flatMap((one) => [...device.readFloats(one)]),
  );
}

test('a measured loss is that of the adapter in double precision, without dropout', async () => {
  const weights = await weightsOfFile();
  using model = await openModel(device, path, loadOptions(recipe));
  using trainer = new Trainer(device, model, recipe);
  await trainSteps(trainer, () => Promise.resolve());
  const branches = { scale: recipe.alpha / recipe.rank, matrices: matricesOf(trainer) };
  const reference = new ReferenceLlama(weights, { ...base, ropeFreqBase: 10_000 }, branches);
  const expected = held.reduce((sum, sample) => sum + reference.accumulate(sample), 0);
  const plain = new ReferenceLlama(weights, { ...base, ropeFreqBase: 10_000 });
  const untrained = held.reduce((sum, sample) => sum + plain.accumulate(sample), 0);
  expect(held.map(countTrained)).toEqual([16, 9]);
  expect(Math.abs(expected / untrained - 1)).toBeGreaterThan(0.01);
  expect(Math.abs((await trainer.measureLoss(held)) / expected - 1)).toBeLessThan(1e-4);
  expect(Math.abs((await trainer.accumulate(held)) / expected - 1)).toBeGreaterThan(0.01);
});

test('measuring between steps changes no bit of a weight or a moment', async () => {
  using model = await openModel(device, path, loadOptions(recipe));
  using alone = new Trainer(device, model, recipe);
  using measured = new Trainer(device, model, recipe);
  const wanted = await trainSteps(alone, () => Promise.resolve());
  expect(await trainSteps(measured, () => measured.measureLoss(held))).toEqual(wanted);
});

test('measuring needs no more working memory than training on the same pack', async () => {
  using planned = PlanningDevice.open('cpu');
  using model = await openModel(planned, path, loadOptions(recipe));
  using trainer = new Trainer(planned, model, recipe);
  await trainer.accumulate(held);
  const trainingBytes = planned.graphsBytes;
  await trainer.measureLoss(held);
  expect(trainingBytes).toBeGreaterThan(10_000);
  expect(planned.graphsBytes).toBe(trainingBytes);
});
