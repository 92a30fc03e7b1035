import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RecipeInput } from '../../../shared/domain/recipe/recipe.ts';
import { type TinyModelOptions, writeTinyModel } from '../../gguf/tiny/tiny-model.ts';
import { loadOptions } from '../weights/start-weights.ts';
import { Trainer } from '../step/trainer.ts';
import { GgmlDevice } from '../device/ggml-device.ts';
import { fillUpMatrices, gradientError } from '../testing/finite-differences.ts';
import { byteSample, openModel, temporaryFolder, tinyRecipe } from '../testing/open-model.ts';

const folder = await temporaryFolder();
const device = GgmlDevice.openCpu(1);
afterAll(async () => {
  device[Symbol.dispose]();
  await folder[Symbol.asyncDispose]();
});

const shape: TinyModelOptions = {
  embeddingLength: 48,
  feedForwardLength: 64,
  heads: 3,
  kvHeads: 1,
  layers: 2,
};
const samples = [byteSample('a', 'Paris is in France.', 5), byteSample('b', 'The Seine', 1)];

/** The gradient in block 0 runs through everything an architecture adds to block 1. */
const cases: [name: string, options: TinyModelOptions][] = [
  [
    'llama with a fused projection, biases, rope factors and YaRN',
    {
      fusedProjections: true,
      biases: true,
      ropeFactors: ['rope_freqs'],
      metadata: { 'rope.scaling.type': 'yarn', 'rope.scaling.factor': 4 },
    },
  ],
  ['qwen3', { architecture: 'qwen3', headLength: 32, tiedHead: true, biases: true }],
  [
    'gemma3',
    {
      architecture: 'gemma3',
      tiedHead: true,
      metadata: {
        'attention.sliding_window': 4,
        'attention.sliding_window_pattern': 2,
        final_logit_softcapping: 5,
      },
    },
  ],
  [
    'phi3',
    {
      architecture: 'phi3',
      fusedProjections: true,
      ropeFactors: ['rope_factors_short', 'rope_factors_long'],
      ropeDimensions: 12,
      metadata: { 'rope.scaling.original_context_length': 16, 'rope.scaling.attn_factor': 1.2 },
    },
  ],
  ['qwen2', { architecture: 'qwen2', biases: true, tiedHead: true }],
];

/** Names of the parameters whose gradient is more than 1 % off. */
async function wrongGradients(path: string, recipe: RecipeInput): Promise<string[]> {
  const options = loadOptions(tinyRecipe(recipe));
  using model = await openModel(device, path, options);
  using trainer = new Trainer(device, model, tinyRecipe(recipe));
  fillUpMatrices(device, trainer);
  const wrong: string[] = [];
  for (const parameter of trainer.parameters) {
    const error = await gradientError({ device, trainer, samples }, parameter);
    if (!(error < 1e-2)) wrong.push(`${parameter.name}: ${error}`);
  }
  return wrong;
}

describe.each(cases)('gradients of %s equal central differences', (name, options) => {
  const path = join(folder.path, `${name}.gguf`);
  beforeAll(() => writeTinyModel(path, { ...shape, ...options }));

  test('of an adapter', async () => {
    expect(await wrongGradients(path, {})).toEqual([]);
  });

  test('of every weight', async () => {
    expect(await wrongGradients(path, { method: 'full' })).toEqual([]);
  });
});

test('an adapter on layers that a fused model has none of is refused, naming those it has', async () => {
  const path = join(folder.path, 'fused.gguf');
  await writeTinyModel(path, { ...shape, architecture: 'phi3', fusedProjections: true });
  using model = await openModel(device, path);
  const targets = 'attn_q, ffn_gate';
  expect(() => new Trainer(device, model, tinyRecipe({ targets }))).toThrow(
    /layers are attn_qkv, attn_output, ffn_up, ffn_down/,
  );
});
