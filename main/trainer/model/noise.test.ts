import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { RecipeInput } from '../../../shared/domain/recipe/recipe.ts';
import { countTrained } from '../../../shared/domain/training-counts.ts';
import { writeTinyModel } from '../../gguf/tiny/tiny-model.ts';
import type { EncodedSample } from '../../engines/protocol/trainer.ts';
import { keyedBytes, markKeyed } from '../data/random.ts';
import { Trainer } from '../step/trainer.ts';
import { GgmlDevice } from '../device/ggml-device.ts';
import { fillUpMatrices } from '../testing/finite-differences.ts';
import { byteSample, openModel, temporaryFolder, tinyRecipe } from '../testing/open-model.ts';
import { ComputeGraph, WorkingMemory } from '../device/compute-graph.ts';
import { elementType } from '../device/tensor.ts';
import { cast } from '../ops/layout.ts';
import { writeBranchDropout } from './branch-dropout.ts';
import { dropoutRate } from './dropout.ts';
import { type TrainedParameter, writeParameter } from '../weights/trained-weights.ts';

const folder = await temporaryFolder();
const device = GgmlDevice.openCpu(1);
const path = join(folder.path, 'tiny.gguf');
await writeTinyModel(path, { embeddingLength: 64, feedForwardLength: 96, layers: 3 });
const model = await openModel(device, path, { trainsWeights: true });
afterAll(async () => {
  model[Symbol.dispose]();
  device[Symbol.dispose]();
  await folder[Symbol.asyncDispose]();
});

const short = byteSample('short', 'Brief.');
const long = byteSample('long', 'A good deal longer than the other sample is.', 9);
const noisy: RecipeInput = { residualDropout: 0.3, neftuneAlpha: 15 };
const open = (fields: RecipeInput) =>
  new Trainer(device, model, tinyRecipe({ method: 'full', ...fields }));

const gradientsOf = ({ parameters }: Pick<Trainer, 'parameters'>) =>
  parameters.map(({ gradient }) => device.readFloats(gradient));

function furthest(a: readonly Float32Array[], b: readonly Float32Array[]): number {
  const worst = a.map((values, index) => {
    const expected = b[index] ?? new Float32Array();
    const difference = values.map((value, at) => value - (expected[at] ?? NaN));
    return Math.hypot(...difference) / Math.hypot(...expected);
  });
  return Math.max(...worst);
}

describe('dropout and embedding noise', () => {
  test('follow from seed, step and sample, not from what is packed together', async () => {
    using trainer = open(noisy);
    const apart = (await trainer.accumulate([short], 7)) + (await trainer.accumulate([long], 7));
    expect(await trainer.accumulate([long, short], 7)).toBeCloseTo(apart, 3);
    expect(Math.abs((await trainer.accumulate([long, short], 8)) - apart)).toBeGreaterThan(0.01);
    using other = open({ ...noisy, seed: 43 });
    expect(Math.abs((await other.accumulate([long, short], 7)) - apart)).toBeGreaterThan(0.01);
  });

  test('change nothing at zero', async () => {
    using trainer = open({});
    const first = await trainer.accumulate([short, long], 1);
    expect(await trainer.accumulate([short, long], 2)).toBe(first);
  });

  test.each(['token_embd.weight', 'blk.0.attn_q.weight', 'blk.2.ffn_down.weight'])(
    'leave the gradient of %s that of the noisy loss',
    async (name) => {
      using trainer = open(noisy);
      const parameter = trainer.parameters.find((one) => one.name === name);
      if (!parameter) throw new Error(`${name} is not trained`);
      await trainer.accumulate([short, long], 3);
      const gradient = device.readFloats(parameter.gradient);
      const found = await slopeAlong(trainer, parameter, gradient);
      expect(Math.abs(found / Math.hypot(...gradient) - 1)).toBeLessThan(0.01);
    },
  );
});

const openAdapter = (fields: RecipeInput = {}) => {
  const trainer = new Trainer(device, model, tinyRecipe({ loraDropout: 0.3, ...fields }));
  fillUpMatrices(device, trainer);
  return trainer;
};
/** Loss and gradients of a step over micro-batches. */
const stepOf = async (trainer: Trainer, packs: EncodedSample[][], step = 7) => {
  trainer.trained.clearGradients();
  let loss = 0;
  for (const pack of packs) loss += await trainer.accumulate(pack, step);
  return { loss, gradients: gradientsOf(trainer) };
};

const isB = ({ name }: TrainedParameter) => name.endsWith('.lora_b');
const share = (values: Uint16Array) => values.reduce((sum, one) => sum + one, 0) / values.length;

describe('LoRA dropout', () => {
  test('of a sample follows from seed, step and its id, not from what is packed beside it', async () => {
    using trainer = openAdapter();
    const apart = await stepOf(trainer, [[short], [long]]);
    const packed = await stepOf(trainer, [[long, short]]);
    expect(packed.loss).toBeCloseTo(apart.loss, 3);
    expect(furthest(packed.gradients, apart.gradients)).toBeLessThan(1e-4);
    expect((await stepOf(trainer, [[short], [long]])).gradients).toEqual(apart.gradients);
    using seeded = openAdapter({ seed: 43 });
    seeded.parameters.forEach((parameter, index) => {
      const same = trainer.parameters[index];
      if (same) writeParameter(device, parameter, device.readFloats(same.weight));
    });
    for (const other of [
      await stepOf(trainer, [[short], [long]], 8),
      await stepOf(seeded, [[short], [long]]),
      await stepOf(trainer, [[{ ...short, id: 'other' }], [long]]),
    ])
      expect(furthest(other.gradients, apart.gradients)).toBeGreaterThan(0.01);
  });

  test.each([
    'blk.0.attn_q',
    'blk.0.ffn_down',
    'blk.1.attn_v',
    'blk.2.ffn_up',
    'blk.2.attn_output',
  ])('leaves the gradients of %s those of the loss with what is dropped', async (layer) => {
    using trainer = openAdapter();
    const matrices = trainer.parameters.filter(({ name }) => name.startsWith(`${layer}.`));
    expect(matrices).toHaveLength(2);
    for (const matrix of matrices) {
      const gradient =
        (await stepOf(trainer, [[short, long]], 3), device.readFloats(matrix.gradient));
      const found = await slopeAlong(trainer, matrix, gradient);
      expect(Math.abs(found / Math.hypot(...gradient) - 1)).toBeLessThan(0.01);
    }
  });

  test('is in the mean over steps what nothing dropped gives', async () => {
    // With B at its start of zero nothing is dropped of the loss, and its gradient is a sum over inputs.
    using trainer = new Trainer(device, model, tinyRecipe({ loraDropout: 0.3 }));
    using plain = new Trainer(device, model, tinyRecipe());
    const expected = await stepOf(plain, [[long]]);
    const steps = 200;
    let loss = 0;
    for (let step = 1; step <= steps; step++) loss += await trainer.accumulate([long], step);
    expect(loss / steps).toBeCloseTo(expected.loss, 4);
    const sums = gradientsOf({ parameters: trainer.parameters.filter(isB) });
    const mean = sums.map((values) => values.map((value) => value / steps));
    const whole = gradientsOf({ parameters: plain.parameters.filter(isB) });
    expect(furthest(mean, whole)).toBeLessThan(0.1);
  });

  test.each(['f16', 'q4_0'] as const)(
    'has in a mask of %s the zeros and ones that are drawn, and zeros for padding',
    async (type) => {
      const [width, start, length, tokens] = [96, 2, 5, 8];
      using graph = new ComputeGraph(device, 8);
      const tensor = graph.input([width, tokens], elementType[type]);
      const read = cast(graph, tensor, elementType.f32);
      graph.requireOutput(read);
      using memory = new WorkingMemory(device);
      graph.place(memory);
      const masks = new Map([[tensor, { name: 'x', tensor }]]);
      const samples = { spans: [{ start, length }], keys: ['42/1/a'] };
      writeBranchDropout(device, { threshold: 20_000, masks }, samples);
      await graph.compute();
      const drawn = new Uint16Array(width * tokens);
      const place = { start: start * width, end: (start + length) * width };
      markKeyed('42/1/a/x', { into: drawn, ...place, threshold: 20_000, mark: 1 });
      expect(device.readFloats(read)).toEqual(Float32Array.from(drawn));
    },
  );

  test('keeps the share of inputs that it should, each drawn by itself', () => {
    const start = 10;
    const into = new Uint16Array(400_011);
    markKeyed('42/1/a/blk.0.attn_q.weight', {
      into,
      start,
      end: 400_001,
      threshold: 6554,
      mark: 1,
    });
    expect([...into.subarray(0, start), ...into.subarray(400_001)]).not.toContain(1);
    const kept = into.subarray(start, 400_001);
    expect(Math.abs(share(kept) - 0.9)).toBeLessThan(0.002);
    for (const distance of [1, 2, 64]) {
      const both = kept.subarray(distance).map((one, at) => one & (kept[at] ?? 0));
      expect(Math.abs(share(both) - 0.81)).toBeLessThan(0.003);
    }
  });
});

/** Slope of the loss of step 3 along a direction of any length, by central difference. */
async function slopeAlong(trainer: Trainer, parameter: TrainedParameter, along: Float32Array) {
  const values = device.readFloats(parameter.weight);
  const step = 0.01 / Math.hypot(...along);
  const lossAt = async (distance: number) => {
    const moved = values.map((value, index) => value + distance * (along[index] ?? 0));
    writeParameter(device, parameter, moved);
    return await trainer.accumulate([short, long], 3);
  };
  const difference = (await lossAt(step)) - (await lossAt(-step));
  writeParameter(device, parameter, values);
  return difference / 0.02;
}

test('the rate of dropout rises from zero at the first block to its highest at the last', () => {
  const rates = Array.from({ length: 4 }, (_, index) => dropoutRate(index, 4, 0.3));
  expect(rates.map((rate) => rate.toFixed(2))).toEqual(['0.00', '0.10', '0.20', '0.30']);
});

test('keyed bytes are uniform and follow from their key alone', () => {
  const bytes = keyedBytes('1/2/a', 100_000);
  expect(bytes).toEqual(keyedBytes('1/2/a', 100_000));
  const share = bytes.filter((byte) => byte < 64).length / bytes.length;
  expect(Math.abs(share - 0.25)).toBeLessThan(0.01);
  const other = keyedBytes('1/2/b', 100_000);
  const equal = bytes.filter((byte, index) => byte === other[index]).length / bytes.length;
  expect(Math.abs(equal - 1 / 256)).toBeLessThan(0.002);
});

test('a sample counts as much as a longer one when samples are weighted', async () => {
  using trainer = open({ lossWeighting: 'sample' });
  const expected = trainer.parameters.map(({ weight }) => device.readFloats(weight).fill(0));
  using plain = open({});
  for (const sample of [short, long]) {
    plain.trained.clearGradients();
    await plain.accumulate([sample]);
    const mean = gradientsOf(plain);
    for (const [index, values] of expected.entries())
      values.forEach((value, at) => {
        values[at] = value + (mean[index]?.[at] ?? NaN) / countTrained(sample);
      });
  }
  await trainer.accumulate([short, long]);
  expect(furthest(gradientsOf(trainer), expected)).toBeLessThan(1e-3);
  const gradNorm = await trainer.applyGradients({ step: 1, learningRate: 0 });
  const norm = Math.hypot(...expected.map((values) => Math.hypot(...values)));
  expect(gradNorm).toBeCloseTo(norm / 2, 3);
});
