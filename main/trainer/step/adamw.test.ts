import { join } from 'node:path';
import { expect, test } from 'vitest';
import { seededUniform } from '../../../shared/domain/seeded-uniform.ts';
import { writeTinyModel } from '../../gguf/tiny/tiny-model.ts';
import { FullParameters } from '../weights/full-parameters.ts';
import { LoraAdapter } from '../weights/lora-adapter.ts';
import { transposed } from '../weights/transpose.ts';
import { GgmlDevice } from '../device/ggml-device.ts';
import { openModel, temporaryFolder } from '../testing/open-model.ts';
import { AdamwOptimizer } from './adamw.ts';

/** Algorithm 2 of Loshchilov and Hutter (arXiv:1711.05101) in double precision. */
class ReferenceAdamw {
  readonly first: number[];
  readonly second: number[];
  weights: number[];
  constructor(weights: number[]) {
    this.weights = weights;
    this.first = weights.map(() => 0);
    this.second = weights.map(() => 0);
  }
  step(step: number, learningRate: number, gradients: number[]): void {
    this.weights = this.weights.map((weight, index) => {
      const gradient = gradients[index] ?? NaN;
      const first = (this.first[index] = 0.9 * (this.first[index] ?? 0) + 0.1 * gradient);
      const second = (this.second[index] =
        0.95 * (this.second[index] ?? 0) + 0.05 * gradient * gradient);
      const update = first / (1 - 0.9 ** step) / (Math.sqrt(second / (1 - 0.95 ** step)) + 1e-8);
      return weight - learningRate * (update + 0.1 * weight);
    });
  }
}

test('three clipped AdamW steps on the device equal the published algorithm', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'tiny.gguf');
  await writeTinyModel(path, { embeddingLength: 32, feedForwardLength: 64, layers: 1 });
  using device = GgmlDevice.openCpu(1);
  using model = await openModel(device, path);
  const settings = { rank: 4, alpha: 8, seed: 3 };
  using adapter = new LoraAdapter(device, model, settings);
  const recipe = { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1, maxGradNorm: 1 };
  using optimizer = new AdamwOptimizer(device, adapter, recipe);
  const references = adapter.parameters.map(
    ({ weight }) => new ReferenceAdamw([...device.readFloats(weight)]),
  );
  const uniform = seededUniform(5);
  const trainedTokens = 10;
  for (let step = 1; step <= 3; step++) {
    const sums = adapter.parameters.map(({ gradient }) => {
      const count = gradient.ne[0] * gradient.ne[1];
      // The first step has a norm below 1 and must not be scaled up.
      const size = step === 1 ? 0.1 : 20;
      const values = Float32Array.from({ length: count }, () => (uniform() - 0.5) * size);
      device.write(gradient, values);
      return values;
    });
    const norm = Math.hypot(...sums.map((values) => Math.hypot(...values))) / trainedTokens;
    const learningRate = 0.01 / step;
    const found = await optimizer.step({ step, learningRate, weightSum: trainedTokens });
    expect(found).toBeCloseTo(norm, 4);
    const scale = Math.min(1, 1 / norm) / trainedTokens;
    for (const [index, reference] of references.entries())
      reference.step(
        step,
        learningRate,
        Array.from(sums[index] ?? [], (value) => value * scale),
      );
  }
  for (const [index, matrix] of adapter.parameters.entries()) {
    const weights = device.readFloats(matrix.weight);
    const expected = references[index]?.weights ?? [];
    const worst = expected.reduce(
      (most, v, at) => Math.max(most, Math.abs(v - (weights[at] ?? NaN))),
      0,
    );
    expect(worst).toBeLessThan(1e-6);
  }
});

test('a gradient that is not finite leaves the adapter as it was', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'tiny.gguf');
  await writeTinyModel(path, { embeddingLength: 32, feedForwardLength: 64, layers: 1 });
  using device = GgmlDevice.openCpu(1);
  using model = await openModel(device, path);
  const settings = { rank: 4, alpha: 8, seed: 3 };
  using adapter = new LoraAdapter(device, model, settings);
  const recipe = { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1, maxGradNorm: 1 };
  using optimizer = new AdamwOptimizer(device, adapter, recipe);
  const [matrix] = adapter.parameters;
  if (!matrix) throw new Error('The adapter is empty');
  const before = device.readFloats(matrix.weight);
  device.write(matrix.gradient, Float32Array.of(NaN));
  expect(await optimizer.step({ step: 1, learningRate: 0.01, weightSum: 1 })).toBeNaN();
  expect(device.readFloats(matrix.weight)).toEqual(before);
});

test.each([
  ['our own kernels', () => GgmlDevice.openCpu(1)],
  ["ggml's operations", () => GgmlDevice.openCpu(1, { usesKernels: false })],
])('a copy that %s read holds the weights after the step', async (_, open) => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'tiny.gguf');
  await writeTinyModel(path, { embeddingLength: 32, feedForwardLength: 64, layers: 1 });
  using device = open();
  using model = await openModel(device, path, { trainsWeights: true, precision: 'f32' });
  using trained = new FullParameters(device, model);
  const recipe = { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1, maxGradNorm: 1 };
  using optimizer = new AdamwOptimizer(device, trained, recipe);
  await optimizer.step({ step: 1, learningRate: 0.1, weightSum: 1 });
  for (const { weight, copies } of trained.parameters) {
    const values = device.readFloats(weight);
    for (const { tensor, isTransposed } of copies) {
      const expected = isTransposed ? transposed(values, weight.ne[0]) : values;
      expect(device.readFloats(tensor)).toEqual(expected);
    }
  }
  const count = trained.parameters.reduce((sum, { copies }) => sum + copies.length, 0);
  expect(count > 0).toBe(device.kernels === undefined);
});
