import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TinyModelOptions, writeTinyModel } from '../../gguf/tiny/tiny-model.ts';
import type { EncodedSample } from '../../engines/protocol/trainer.ts';
import { packSamples } from '../data/pack.ts';
import { Trainer } from '../step/trainer.ts';
import { shapeOf, TrainingGraph } from '../step/training-graph.ts';
import { GgmlDevice } from '../device/ggml-device.ts';
import { WorkingMemory } from '../device/compute-graph.ts';
import { fillUpMatrices, gradientError } from '../testing/finite-differences.ts';
import { byteSample, openModel, temporaryFolder, tinyRecipe } from '../testing/open-model.ts';
import { forwardLogits } from '../testing/forward-logits.ts';
import { quantizeModel } from '../weights/quantize-model.ts';
import type { BaseModel } from '../weights/base-model.ts';

const shape: TinyModelOptions = {
  embeddingLength: 64,
  feedForwardLength: 96,
  heads: 4,
  kvHeads: 2,
  layers: 2,
};
const samples = [
  byteSample('a', 'Paris is in France.', 5),
  byteSample('b', 'The Seine', 1),
  // Longer than one block of queries.
  byteSample('c', 'A longer sample with more of a text than the others have. '.repeat(3), 20),
];

const folder = await temporaryFolder();
const path = join(folder.path, 'tiny.gguf');
const device = GgmlDevice.openCpu(1);
let model: BaseModel;
let trainer: Trainer;
beforeAll(async () => {
  await writeTinyModel(path, shape);
  model = await openModel(device, path);
  trainer = new Trainer(device, model, tinyRecipe());
  fillUpMatrices(device, trainer);
});
afterAll(async () => {
  trainer[Symbol.dispose]();
  model[Symbol.dispose]();
  device[Symbol.dispose]();
  await folder[Symbol.asyncDispose]();
});

/** Loss and the gradients of every matrix for some samples in one micro-batch each. */
async function gradientsOf(microBatches: EncodedSample[][]) {
  trainer.trained.clearGradients();
  let loss = 0;
  for (const microBatch of microBatches) loss += await trainer.accumulate(microBatch);
  const gradients = trainer.parameters.map(({ gradient }) => device.readFloats(gradient));
  return { loss, gradients };
}

const relativeDifference = (a: Float32Array, b: Float32Array) =>
  Math.hypot(...a.map((value, index) => value - (b[index] ?? NaN))) / Math.hypot(...b);

describe('gradients of the adapter', () => {
  const kinds = ['attn_q', 'attn_k', 'attn_v', 'attn_output', 'ffn_gate', 'ffn_up', 'ffn_down'];
  const layers = kinds.flatMap((kind) => [0, 1].map((block) => `blk.${block}.${kind}.weight`));

  test.each(layers)('for lora_a and lora_b of %s equal central differences', async (tensorName) => {
    const matrices = trainer.parameters.filter(({ name }) => name.startsWith(`${tensorName}.`));
    expect(matrices).toHaveLength(2);
    for (const matrix of matrices)
      expect(await gradientError({ device, trainer, samples }, matrix)).toBeLessThan(1e-2);
  });

  test('do not depend on how samples are packed into micro-batches', async () => {
    const apart = await gradientsOf(samples.map((sample) => [sample]));
    const together = await gradientsOf([samples]);
    const reversed = await gradientsOf([samples.toReversed()]);
    expect(together.loss).toBeCloseTo(apart.loss, 3);
    expect(reversed.loss).toBeCloseTo(apart.loss, 3);
    for (const [index, gradient] of apart.gradients.entries()) {
      expect(relativeDifference(together.gradients[index] ?? gradient, gradient)).toBeLessThan(
        1e-4,
      );
      expect(relativeDifference(reversed.gradients[index] ?? gradient, gradient)).toBeLessThan(
        1e-4,
      );
    }
  });

  test('are the same when blocks are computed again to save memory', async () => {
    const kept = await gradientsOf([samples]);
    trainer.trained.clearGradients();
    const batch = packSamples(samples);
    using memory = new WorkingMemory(device);
    const noise = { residualDropout: 0, loraDropout: 0, neftuneAlpha: 0 };
    const training = { model, trained: trainer.trained, noise };
    using graph = new TrainingGraph(device, training, shapeOf(batch, true));
    graph.place(memory);
    const rowWeights = new Float32Array(batch.rows.length).fill(1);
    expect(await graph.run(batch, { rowWeights, keys: [] })).toBe(kept.loss);
    const again = trainer.parameters.map(({ gradient }) => device.readFloats(gradient));
    expect(again).toEqual(kept.gradients);
  });
});

test.each(['F16', 'Q8_0'])(
  'gradients through %s weights follow those through F32',
  async (type) => {
    const exact = await gradientsOf([samples]);
    const quantizedPath = join(folder.path, `${type}.gguf`);
    await quantizeModel(path, quantizedPath, () => type);
    using quantized = await openModel(device, quantizedPath);
    using other = new Trainer(device, quantized, tinyRecipe());
    fillUpMatrices(device, other);
    await other.accumulate(samples);
    const rounded = other.parameters.map(({ gradient }) => device.readFloats(gradient));
    for (const [index, gradient] of exact.gradients.entries())
      expect(relativeDifference(rounded[index] ?? gradient, gradient)).toBeLessThan(0.05);
  },
);

test('the loss is the sum of −ln p of exactly the trained tokens', async () => {
  const { loss } = await gradientsOf([samples]);
  let expected = 0;
  for (const { tokens, trained } of samples) {
    const logits = await forwardLogits(device, { model, trained: trainer.trained }, tokens);
    const vocabulary = model.parameters.vocabularySize;
    for (let index = 1; index < tokens.length; index++) {
      if (trained[index] !== 1) continue;
      const row = logits.subarray((index - 1) * vocabulary, index * vocabulary);
      const total = row.reduce((sum, logit) => sum + Math.exp(logit), 0);
      expected += Math.log(total) - (row[tokens[index] ?? 0] ?? NaN);
    }
  }
  expect(loss).toBeCloseTo(expected, 2);
});
