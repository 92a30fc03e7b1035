import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { type TinyModelOptions, writeTinyModel } from '../../gguf/tiny/tiny-model.ts';
import { Trainer } from '../step/trainer.ts';
import { GgmlDevice } from '../device/ggml-device.ts';
import { byteSample, openModel, temporaryFolder, tinyRecipe } from '../testing/open-model.ts';
import { type TrainedParameter, writeParameter } from '../weights/trained-weights.ts';

const shape: TinyModelOptions = {
  embeddingLength: 32,
  feedForwardLength: 64,
  heads: 4,
  kvHeads: 2,
  layers: 2,
};
const samples = [
  byteSample('a', 'Paris is in France.', 5),
  byteSample('b', 'The Seine flows through it.', 1),
];
const recipe = tinyRecipe({ method: 'full' });

const folder = await temporaryFolder();
const device = GgmlDevice.openCpu(1);
afterAll(async () => {
  device[Symbol.dispose]();
  await folder[Symbol.asyncDispose]();
});

async function openTrainer(options: TinyModelOptions, precision: 'f32' | 'bf16' = 'f32') {
  const path = join(folder.path, 'tiny.gguf');
  await writeTinyModel(path, { ...shape, ...options });
  const model = await openModel(device, path, { trainsWeights: true, precision });
  return { model, trainer: new Trainer(device, model, recipe) };
}

/** Slope of the loss when a weight moves along `direction`, by central difference. */
async function slope(trainer: Trainer, parameter: TrainedParameter, direction: Float32Array) {
  const values = device.readFloats(parameter.weight);
  const lossAt = async (distance: number) => {
    const moved = values.map((value, index) => value + distance * (direction[index] ?? 0));
    writeParameter(device, parameter, moved);
    return await trainer.accumulate(samples);
  };
  const step = 0.01;
  const difference = (await lossAt(step)) - (await lossAt(-step));
  writeParameter(device, parameter, values);
  return difference / (2 * step);
}

/** The errors that are not below a limit, by the name of their weight. */
const above = (errors: Record<string, number>, limit: number) =>
  Object.fromEntries(Object.entries(errors).filter(([, error]) => !(error < limit)));

const norm = (values: Float32Array) => Math.hypot(...values);

describe.each([{ tiedHead: false }, { tiedHead: true }])('gradients with %o', (options) => {
  test('of every weight equal central differences', async () => {
    const { model, trainer } = await openTrainer(options);
    try {
      await trainer.accumulate(samples);
      // Read before the differences: computing them adds to the sums.
      const measured = trainer.parameters.map((parameter) => ({
        parameter,
        gradient: device.readFloats(parameter.gradient),
      }));
      expect(measured).toHaveLength(2 + 9 * 2 + (options.tiedHead ? 0 : 1));
      const errors: Record<string, number> = {};
      for (const { parameter, gradient } of measured) {
        // Along the gradient the slope is its norm, and any wrong component makes it less.
        const length = norm(gradient);
        const direction = gradient.map((value) => value / length);
        const found = await slope(trainer, parameter, direction);
        errors[parameter.name] = Math.abs(found / length - 1);
      }
      expect(above(errors, 1e-2)).toEqual({});
    } finally {
      trainer[Symbol.dispose]();
      model[Symbol.dispose]();
    }
  });
});

test('gradients through BF16 copies follow those through F32', async () => {
  const exact = await openTrainer({});
  const rounded = await openTrainer({}, 'bf16');
  try {
    await exact.trainer.accumulate(samples);
    await rounded.trainer.accumulate(samples);
    const errors: Record<string, number> = {};
    for (const [index, parameter] of exact.trainer.parameters.entries()) {
      const expected = device.readFloats(parameter.gradient);
      const twin = rounded.trainer.parameters[index] ?? parameter;
      const found = device.readFloats(twin.gradient);
      expect(twin.name).toBe(parameter.name);
      const difference = found.map((value, at) => value - (expected[at] ?? NaN));
      errors[parameter.name] = norm(difference) / norm(expected);
    }
    expect(above(errors, 0.03)).toEqual({});
  } finally {
    for (const { trainer, model } of [exact, rounded]) {
      trainer[Symbol.dispose]();
      model[Symbol.dispose]();
    }
  }
});
