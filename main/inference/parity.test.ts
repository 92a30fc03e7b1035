import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Llama, LlamaModel, Token } from 'node-llama-cpp';
import type { CheckpointWritten } from '../engines/protocol/trainer.ts';
import { architectureNames } from '../gguf/model/architectures.ts';
import { type TinyModelOptions, writeTinyModel } from '../gguf/tiny/tiny-model.ts';
import { writeGgufStream } from '../gguf/write/write-gguf.ts';
import { toGgufAdapter } from '../trainer/export/gguf-checkpoint.ts';
import { train } from '../trainer/run/train.ts';
import { LoraAdapter } from '../trainer/weights/lora-adapter.ts';
import { GgmlDevice } from '../trainer/device/ggml-device.ts';
import { fillUpMatrices } from '../trainer/testing/finite-differences.ts';
import { forwardLogits } from '../trainer/testing/forward-logits.ts';
import {
  byteSample,
  openModel,
  temporaryFolder,
  tinyRecipe,
} from '../trainer/testing/open-model.ts';
import { quantizeModel } from '../trainer/weights/quantize-model.ts';
import { centred, centredLogitsOf } from './testing/centred-logits.ts';
import { endLlama, startLlama } from './testing/start-llama.ts';

const text = 'The capital of France is Paris, a lovely city on the Seine.';
const tokens = byteSample('text', text).tokens;
// Rows of K-quants are multiples of 256.
const shape: TinyModelOptions = {
  embeddingLength: 256,
  feedForwardLength: 512,
  heads: 4,
  kvHeads: 2,
  layers: 2,
};

const linear = { 'rope.scaling.factor': 4 };
const yarn = {
  ...linear,
  'rope.scaling.type': 'yarn',
  'rope.scaling.original_context_length': 128,
};

/** Heads that are together wider than the residual stream, as in Qwen3-0.6B. */
const qwen3 = { architecture: 'qwen3', headLength: 128 };

/** More layers than the pattern of five sliding ones and a global one is long. */
const gemma3: TinyModelOptions = {
  architecture: 'gemma3',
  layers: 7,
  headLength: 32,
  metadata: { 'attention.sliding_window': 8, 'rope.freq_base': 1e6, ...linear },
};
const alternating = {
  'attention.sliding_window': 8,
  'attention.sliding_window_pattern': 2,
  final_logit_softcapping: 5,
  'rope.freq_base_swa': 2000,
};

const phi3: TinyModelOptions = { architecture: 'phi3', fusedProjections: true };
const shortContext: TinyModelOptions = {
  ropeFactors: ['rope_factors_short', 'rope_factors_long'],
  ropeDimensions: 48,
  metadata: { 'rope.scaling.attn_factor': 1.19 },
};
/** Fewer tokens than the text has, so that its context counts as long. */
const longContext: TinyModelOptions = {
  ...shortContext,
  metadata: { 'rope.scaling.attn_factor': 1.19, 'rope.scaling.original_context_length': 32 },
};
const unlikePhi: TinyModelOptions = {
  fusedProjections: false,
  biases: true,
  metadata: { 'attention.sliding_window': 8 },
};

let llama: Llama;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  folder = await temporaryFolder();
  llama = await startLlama();
});
afterAll(async () => {
  await endLlama(llama);
  await folder[Symbol.asyncDispose]();
});

const pathOf = (name: string) => join(folder.path, `${name}.gguf`);

/** One token per character: the trainer gets bytes too, not merged pieces. */
const byteTokens = (model: LlamaModel, characters: string): Token[] =>
  Array.from(characters).flatMap((character) => model.tokenize(character));

/** What llama.cpp computes for the text. */
const llamaLogits = (path: string, adapterPath?: string) =>
  centredLogitsOf(llama, path, {
    tokenize: (model) => byteTokens(model, text),
    adapter: adapterPath === undefined ? undefined : { filePath: adapterPath },
  });

async function trainerLogits(path: string): Promise<Float32Array> {
  using device = GgmlDevice.openCpu(1);
  using model = await openModel(device, path);
  using adapter = new LoraAdapter(device, model, { rank: 4, alpha: 8, seed: 1 });
  return await forwardLogits(device, { model, trained: adapter }, tokens);
}

const mixedType = (name: string) => (/token_embd|attn_v|ffn_down/.test(name) ? 'Q6_K' : 'Q4_K');

async function logitError(path: string): Promise<number> {
  return differenceOf(await trainerLogits(path), await llamaLogits(path));
}

/** Length of the difference relative to the length of all logits, both less their means. */
function differenceOf(logits: Float32Array, theirs: readonly number[]): number {
  expect(logits.length).toBe(theirs.length);
  const size = logits.length / tokens.length;
  const ours = Array.from(tokens.keys()).flatMap((token) =>
    centred([...logits.subarray(token * size, (token + 1) * size)]),
  );
  const error = Math.hypot(...theirs.map((value, index) => value - (ours[index] ?? NaN)));
  return error / Math.hypot(...theirs);
}

describe('the forward pass gives the logits of llama.cpp', () => {
  test.each<[string, TinyModelOptions]>([
    ['untied head', { kvHeads: 4 }],
    ['tied head', { tiedHead: true, kvHeads: 4 }],
    ['grouped-query attention', { kvHeads: 1 }],
    ['head length of its own', { headLength: 32 }],
    ['one layer for queries, keys and values', { fusedProjections: true }],
    ['biases', { biases: true }],
    ['rope factors of Llama 3', { ropeFactors: ['rope_freqs'] }],
    ['linear rope scaling', { metadata: linear }],
    ['rope scaling that is off', { metadata: { ...linear, 'rope.scaling.type': 'none' } }],
    ['rope scaling of YaRN', { metadata: yarn }],
    ['a window of 8 tokens as Mistral 0.1', { metadata: { 'attention.sliding_window': 8 } }],
    ['qwen2, tied head', { architecture: 'qwen2', tiedHead: true }],
    ['qwen3, tied head', { ...qwen3, tiedHead: true }],
    ['qwen3, fused projections and biases', { ...qwen3, biases: true, fusedProjections: true }],
    ['gemma3 without a window', { ...gemma3, metadata: {} }],
    ['gemma3 with a window and linear rope scaling', { ...gemma3, tiedHead: true }],
    [
      'gemma3, every second layer sliding, logits with a softcap',
      { ...gemma3, metadata: alternating },
    ],
    ['phi3', { ...phi3, tiedHead: true }],
    ['phi3, rope over a part of each head, short factors', { ...phi3, ...shortContext }],
    ['phi3, long factors', { ...phi3, ...longContext }],
    ['phi3, separate projections, biases, a window', { ...phi3, ...unlikePhi }],
    ['qwen2, biases', { architecture: 'qwen2', biases: true, metadata: yarn }],
  ])('F32, %s', async (name, options) => {
    await writeTinyModel(pathOf(name), { ...shape, ...options });
    expect(await logitError(pathOf(name))).toBeLessThan(1e-3);
  });

  const types = ['F16', 'BF16', 'Q8_0', 'Q5_0', 'Q5_1', 'Q4_0', 'Q4_1'];
  const superblocks = ['Q2_K', 'Q3_K', 'Q4_K', 'Q5_K', 'Q6_K'];
  test.each([...types, ...superblocks])('%s', async (type) => {
    await writeTinyModel(pathOf('base'), shape);
    await quantizeModel(pathOf('base'), pathOf(type), () => type);
    expect(await logitError(pathOf(type))).toBeLessThan(2e-2);
  });

  const others = architectureNames.filter((name) => name !== 'llama');
  const pairs = others.flatMap((name) => ['F16', 'Q8_0', 'Q4_K'].map((type) => [name, type]));
  test.each(pairs)('%s in %s', async (architecture, type) => {
    await writeTinyModel(pathOf('base'), { ...shape, architecture });
    await quantizeModel(pathOf('base'), pathOf('quantized'), () => type);
    expect(await logitError(pathOf('quantized'))).toBeLessThan(2e-2);
  });

  test('types mixed as in a Q4_K_M file, with a tied head', async () => {
    await writeTinyModel(pathOf('tied'), { ...shape, tiedHead: true });
    await quantizeModel(pathOf('tied'), pathOf('mixed'), mixedType);
    expect(await logitError(pathOf('mixed'))).toBeLessThan(2e-2);
  });
});

/** Logits with a random adapter on every layer, which is written to a file as well. */
async function adaptedLogits(path: string, adapterPath: string): Promise<Float32Array> {
  using device = GgmlDevice.openCpu(1);
  using model = await openModel(device, path);
  using adapter = new LoraAdapter(device, model, { rank: 4, alpha: 8, seed: 1 });
  fillUpMatrices(device, adapter);
  const { name, architecture } = model.parameters;
  await writeGgufStream(adapterPath, toGgufAdapter(device, adapter, { name, architecture }));
  return await forwardLogits(device, { model, trained: adapter }, tokens);
}

test.each(architectureNames)('an adapter for %s means the same to llama.cpp', async (name) => {
  const fusedProjections = name === 'phi3';
  await writeTinyModel(pathOf('base'), { ...shape, architecture: name, fusedProjections });
  const ours = await adaptedLogits(pathOf('base'), pathOf('adapter'));
  expect(differenceOf(ours, await llamaLogits(pathOf('base'), pathOf('adapter')))).toBeLessThan(
    1e-3,
  );
  expect(differenceOf(ours, await llamaLogits(pathOf('base')))).toBeGreaterThan(1e-2);
});

/** Trains on the text until it is known by heart; returns the last checkpoint and loss. */
async function memorize(basePath: string) {
  const losses: number[] = [];
  const checkpoints: CheckpointWritten[] = [];
  const recipe = tinyRecipe({ epochs: 1, learningRate: 3e-3, minLearningRate: 1e-3 });
  const samples = Array.from({ length: 60 }, () => byteSample('text', text, prompt.length));
  const out = await temporaryFolder();
  await train(
    { basePath, baseSha256: '', samples, recipe, outDir: out.path, recordExtra: {} },
    {
      signal: new AbortController().signal,
      emit: (event) => {
        if (event.type === 'step') losses.push(event.metric.loss);
        if (event.type === 'checkpoint') checkpoints.push(event.checkpoint);
      },
    },
  );
  const checkpoint = checkpoints.at(-1);
  if (!checkpoint) throw new Error('The run wrote no checkpoint');
  return { adapterPath: checkpoint.adapterPath, loss: losses.at(-1), out };
}

const prompt = 'The capital of France is';

/** Greedy continuation of the prompt in llama.cpp, as long as the text. */
async function continueGreedily(basePath: string, adapterPath?: string): Promise<string> {
  const model = await llama.loadModel({ modelPath: basePath, gpuLayers: 0 });
  try {
    const lora = adapterPath ? { adapters: [{ filePath: adapterPath }] } : undefined;
    const context = await model.createContext({ contextSize: 256, ...(lora && { lora }) });
    const start = byteTokens(model, prompt);
    const bytes: number[] = [];
    for await (const token of context.getSequence().evaluate(start, { temperature: 0 })) {
      bytes.push(token);
      if (bytes.length === text.length - prompt.length) break;
    }
    return new TextDecoder().decode(Uint8Array.from(bytes));
  } finally {
    await model.dispose();
  }
}

describe('a trained adapter makes llama.cpp say what it was trained on', () => {
  test.each([
    ['F32', { tiedHead: true }],
    ['Q4_1', {}],
  ])('%s', async (type, options) => {
    await writeTinyModel(pathOf('taught-f32'), { ...shape, ...options });
    await quantizeModel(pathOf('taught-f32'), pathOf('taught'), () => type);
    const { adapterPath, loss, out } = await memorize(pathOf('taught'));
    await using _ = out;
    expect(loss).toBeLessThan(0.1);
    expect(await continueGreedily(pathOf('taught'))).not.toContain('Paris');
    expect(await continueGreedily(pathOf('taught'), adapterPath)).toBe(text.slice(prompt.length));
  });
});
