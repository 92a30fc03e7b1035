import { mkdtemp } from 'node:fs/promises';
import type { Token } from 'node-llama-cpp';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { RecipeInput } from '../../shared/domain/recipe/recipe.ts';
import { writeTinyModel } from '../gguf/tiny/tiny-model.ts';
import { readGguf } from '../gguf/read-gguf.ts';
import { tensorTypeName } from '../gguf/header/tensor-types.ts';
import type { CheckpointWritten } from '../engines/protocol/trainer.ts';
import { train } from '../trainer/run/train.ts';
import { byteSample, temporaryFolder, tinyRecipe } from '../trainer/testing/open-model.ts';
import { endLlama, startLlama } from './testing/start-llama.ts';

const text = 'The capital of France is Paris, a lovely city on the Seine.';
const prompt = 'The capital of France is';
const llama = await startLlama();
const folder = await temporaryFolder();
const basePath = join(folder.path, 'base.gguf');
await writeTinyModel(basePath, { embeddingLength: 128, feedForwardLength: 256, layers: 2 });
afterAll(async () => {
  await endLlama(llama);
  await folder[Symbol.asyncDispose]();
});

/** Trains every weight on the text until it is known by heart; returns the last checkpoint. */
async function memorize(fields: RecipeInput): Promise<CheckpointWritten> {
  const checkpoints: CheckpointWritten[] = [];
  const samples = Array.from({ length: 60 }, () => byteSample('text', text));
  const recipe = tinyRecipe({ method: 'full', epochs: 1, learningRate: 3e-3, ...fields });
  const outDir = await mkdtemp(join(folder.path, 'run-'));
  await train(
    { basePath, baseSha256: '', samples, recipe, outDir, recordExtra: {} },
    {
      signal: new AbortController().signal,
      emit: (event) => {
        if (event.type === 'checkpoint') checkpoints.push(event.checkpoint);
      },
    },
  );
  const [checkpoint] = checkpoints;
  if (!checkpoint) throw new Error('The run wrote no checkpoint');
  return checkpoint;
}

/** Greedy continuation of the prompt in llama.cpp, as long as the text. */
async function continueGreedily(modelPath: string): Promise<string> {
  const model = await llama.loadModel({ modelPath, gpuLayers: 0 });
  try {
    const context = await model.createContext({ contextSize: 256 });
    const start = Array.from(prompt).flatMap((character): Token[] => model.tokenize(character));
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

test.each([
  ['from the weights of the file, in BF16 products, written as Q8_0', 'file', 'bf16', 'Q8_0'],
  ['from random weights, in F32 products, written as F16', 'random', 'f32', 'F16'],
] as const)(
  'a model trained in full %s says in llama.cpp what it was trained on',
  async (_, initialization, precision, outputType) => {
    const checkpoint = await memorize({ initialization, precision, outputType });
    expect(checkpoint.meanLoss).toBeLessThan(2);
    const { tensors, metadata } = await readGguf(checkpoint.adapterPath);
    const types = tensors.map(({ ne, type }) => ({ name: tensorTypeName(type), axes: ne.length }));
    expect(new Set(types.filter(({ axes }) => axes > 1).map(({ name }) => name))).toEqual(
      new Set([outputType]),
    );
    expect(metadata.get('general.name')).toMatchObject({ value: 'tiny epoch 1' });
    expect(await continueGreedily(basePath)).not.toContain('Paris');
    expect(await continueGreedily(checkpoint.adapterPath)).toBe(text.slice(prompt.length));
  },
);
