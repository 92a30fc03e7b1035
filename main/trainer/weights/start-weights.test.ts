import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { writeTinyModel } from '../../gguf/tiny/tiny-model.ts';
import { Trainer } from '../step/trainer.ts';
import { GgmlDevice } from '../device/ggml-device.ts';
import { openModel, temporaryFolder, tinyRecipe } from '../testing/open-model.ts';

const folder = await temporaryFolder();
const device = GgmlDevice.openCpu(1);
afterAll(async () => {
  device[Symbol.dispose]();
  await folder[Symbol.asyncDispose]();
});

const deviation = (values: Float32Array) =>
  Math.hypot(...values.map((value) => value)) / Math.sqrt(values.length);

test('random weights follow their seed, with smaller projections onto the residual stream', async () => {
  const path = join(folder.path, 'tiny.gguf');
  await writeTinyModel(path, { embeddingLength: 64, feedForwardLength: 96, layers: 8 });
  using model = await openModel(device, path, { trainsWeights: true });
  const weightsOf = (seed: number) => {
    const recipe = tinyRecipe({ method: 'full', initialization: 'random', seed });
    using trainer = new Trainer(device, model, recipe);
    return new Map(trainer.parameters.map(({ name, weight }) => [name, device.readFloats(weight)]));
  };
  const weights = weightsOf(1);
  expect(weightsOf(1)).toEqual(weights);
  expect(weightsOf(2).get('token_embd.weight')).not.toEqual(weights.get('token_embd.weight'));
  const deviationOf = (name: string) => deviation(weights.get(name) ?? new Float32Array());
  for (const name of ['token_embd.weight', 'blk.0.attn_q.weight', 'blk.7.ffn_up.weight'])
    expect(deviationOf(name)).toBeCloseTo(0.02, 3);
  for (const name of ['blk.0.attn_output.weight', 'blk.7.ffn_down.weight'])
    expect(deviationOf(name)).toBeCloseTo(0.02 / 4, 3);
  expect(new Set(weights.get('blk.3.ffn_norm.weight'))).toEqual(new Set([1]));
});
