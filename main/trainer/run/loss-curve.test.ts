import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { learningRateAt } from '../../../shared/domain/recipe/learning-rate.ts';
import type { Recipe, RecipeInput } from '../../../shared/domain/recipe/recipe.ts';
import { countAllTrained } from '../../../shared/domain/training-counts.ts';
import { writeTinyModel } from '../../gguf/tiny/tiny-model.ts';
import type { TrainedParameter } from '../weights/trained-weights.ts';
import { GgmlDevice } from '../device/ggml-device.ts';
import { byteSample, openModel, temporaryFolder, tinyRecipe } from '../testing/open-model.ts';
import { ReferenceAdamw } from '../testing/reference/reference-adamw.ts';
import { ReferenceLlama } from '../testing/reference/reference-llama.ts';
import { Matrix } from '../testing/reference/tape.ts';
import { loadOptions } from '../weights/start-weights.ts';
import { Trainer } from '../step/trainer.ts';

const totalSteps = 200;
const shape = { headLength: 4, heads: 4, keyValueHeads: 2, layers: 2 };
const base = { ...shape, normEpsilon: 1e-5, ropeFreqBase: 10_000 };
const texts = ['Paris is here.', 'The Seine flows.', 'Rome is far.', 'A lake.', 'Ask again!'];
const samples = texts.map((text, index) => byteSample(text, text, 1 + index));

const folder = await temporaryFolder();
const device = GgmlDevice.openCpu(1);
const path = join(folder.path, 'tiny.gguf');
await writeTinyModel(path, {
  embeddingLength: 16,
  feedForwardLength: 32,
  heads: 4,
  kvHeads: 2,
  layers: 2,
});
afterAll(async () => {
  device[Symbol.dispose]();
  await folder[Symbol.asyncDispose]();
});

/** The samples of a step: two, which wander through all. */
const batchOf = (step: number) => [step % 5, (step * 2 + 1) % 5].flatMap((at) => samples[at] ?? []);

const toMatrix = ({ weight }: TrainedParameter) =>
  new Matrix(weight.ne[1], weight.ne[0], device.readFloats(weight));

async function engineLosses(trainer: Trainer, recipe: Recipe): Promise<number[]> {
  const losses: number[] = [];
  for (let step = 1; step <= totalSteps; step++) {
    const batch = batchOf(step);
    const trainedTokens = countAllTrained(batch);
    losses.push((await trainer.accumulate(batch)) / trainedTokens);
    const learningRate = learningRateAt(step, totalSteps, recipe);
    await trainer.applyGradients({ step, learningRate });
  }
  return losses;
}

function referenceLosses(model: ReferenceLlama, trained: Matrix[], recipe: Recipe): number[] {
  const optimizer = new ReferenceAdamw(trained);
  return Array.from({ length: totalSteps }, (_, index) => {
    const batch = batchOf(index + 1);
    const tokens = countAllTrained(batch);
    const loss = batch.reduce((sum, sample) => sum + model.accumulate(sample), 0) / tokens;
    const learningRate = learningRateAt(index + 1, totalSteps, recipe);
    optimizer.step({ ...recipe, learningRate }, tokens);
    return loss;
  });
}

/** Every weight of the file, as the full method trains it. */
async function weightsOfFile(): Promise<Map<string, Matrix>> {
  const recipe = tinyRecipe({ method: 'full' });
  using model = await openModel(device, path, loadOptions(recipe));
  using trainer = new Trainer(device, model, recipe);
  return new Map(trainer.parameters.map((one) => [one.name, toMatrix(one)]));
}

test.each<[string, RecipeInput]>([
  ['every weight', { method: 'full', learningRate: 3e-3, minLearningRate: 3e-4 }],
  ['an adapter', { learningRate: 1e-2, minLearningRate: 1e-3, rank: 4, alpha: 8 }],
])('two hundred steps on %s give the loss of a double-precision reference', async (_, fields) => {
  const recipe = tinyRecipe({ weightDecay: 0.1, warmupSteps: 5, ...fields });
  const weights = await weightsOfFile();
  using model = await openModel(device, path, loadOptions(recipe));
  using trainer = new Trainer(device, model, recipe);
  const trained = new Map(trainer.parameters.map((one) => [one.name, toMatrix(one)]));
  const isFull = recipe.method === 'full';
  const branches = { scale: recipe.alpha / recipe.rank, matrices: trained };
  const reference = isFull
    ? new ReferenceLlama(trained, base)
    : new ReferenceLlama(weights, base, branches);
  const expected = referenceLosses(reference, [...trained.values()], recipe);
  const found = await engineLosses(trainer, recipe);
  expect(Math.min(...expected)).toBeLessThan(0.5 * (expected[0] ?? 0));
  const worst = Math.max(...found.map((loss, at) => Math.abs(loss / (expected[at] ?? 0) - 1)));
  expect(worst).toBeLessThan(0.01);
});
