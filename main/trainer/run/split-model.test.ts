import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { TrainEvent } from '../../engines/protocol/trainer.ts';
import { splitGguf } from '../../gguf/testing/split-gguf.ts';
import { writeTinyModel } from '../../gguf/tiny/tiny-model.ts';
import { exportCheckpoint } from '../export/export-checkpoint.ts';
import { byteSample, temporaryFolder, tinyRecipe } from '../testing/open-model.ts';
import { ModelFile } from '../weights/model-file.ts';
import { quantizeModel } from '../weights/quantize-model.ts';
import { train } from './train.ts';

const shape = { embeddingLength: 64, feedForwardLength: 96, layers: 2 };
const baseSha256 = 'f'.repeat(64);
const merged = { baseSha256, strength: 1, name: 'out' };
const context = { signal: new AbortController().signal, emit: () => undefined };

/** A model of several types, whole and in three parts, and where its runs write. */
async function writeModels(folder: string) {
  const [exact, whole] = [join(folder, 'exact.gguf'), join(folder, 'whole.gguf')];
  await writeTinyModel(exact, shape);
  await quantizeModel(exact, whole, (name) => (name.startsWith('blk.0') ? 'Q8_0' : 'BF16'));
  const parts = await splitGguf(whole, { stem: join(folder, 'quince'), tensors: [1, 7] });
  return { whole, parts, second: parts[1] ?? '' };
}

const hashOf = async (path: string) =>
  createHash('sha256')
    .update(await readFile(path))
    .digest('hex');

async function trainOn(basePath: string, outDir: string) {
  await mkdir(outDir);
  const samples = [0, 1, 2, 3].map((at) =>
    byteSample(`${at}`, `Quince ${at} is ${at * 7} old.`, 6),
  );
  const recipe = tinyRecipe({ epochs: 2, batchSize: 2, learningRate: 3e-3 });
  const losses: number[] = [];
  const emit = (event: TrainEvent) => {
    if (event.type === 'step') losses.push(event.metric.loss, event.metric.gradNorm);
  };
  const params = { basePath, baseSha256, samples, recipe, outDir, recordExtra: {} };
  await train(params, { ...context, emit });
  const checkpointPath = join(outDir, 'epoch-002', 'adapter.gguf');
  return { losses, checkpointPath, adapter: await hashOf(checkpointPath) };
}

test('a model in parts trains, and is exported, to the bits of the whole one', async () => {
  await using folder = await temporaryFolder();
  const { whole, second } = await writeModels(folder.path);
  const ofWhole = await trainOn(whole, join(folder.path, 'run-whole'));
  const ofParts = await trainOn(second, join(folder.path, 'run-parts'));
  expect(ofWhole.losses).toHaveLength(8);
  expect({ ...ofParts, checkpointPath: '' }).toEqual({ ...ofWhole, checkpointPath: '' });
  const exported = async (basePath: string, name: string) => {
    const outPath = join(folder.path, name);
    const { checkpointPath } = ofWhole;
    const given = { ...merged, basePath, checkpointPath, outPath };
    await exportCheckpoint({ ...given, kind: 'merged', type: 'F16' }, context);
    return await hashOf(outPath);
  };
  expect(await exported(second, 'a')).toBe(await exported(whole, 'b'));
});

test('a Modelfile that would name the first part alone is refused, with what to choose', async () => {
  await using folder = await temporaryFolder();
  const { second } = await writeModels(folder.path);
  const { checkpointPath } = await trainOn(second, join(folder.path, 'run'));
  const outPath = join(folder.path, 'ollama');
  const ollama = { ...merged, basePath: second, checkpointPath, kind: 'ollama', outPath } as const;
  await expect(exportCheckpoint({ ...ollama, type: null }, context)).rejects.toMatchObject({
    code: 'EXPORT_REFUSED',
    message: expect.stringMatching(/no model in 3 parts, as .*quince-00001-of-00003.gguf.*type/),
  });
});

test('a part that is written to while the model is read is told by its path', async () => {
  await using folder = await temporaryFolder();
  const { parts } = await writeModels(folder.path);
  await using model = await ModelFile.open(parts[2] ?? '');
  expect(model.path).toBe(parts[0]);
  await model.requireUnchanged();
  await utimes(parts[1] ?? '', 1, 1);
  await expect(model.requireUnchanged()).rejects.toMatchObject({
    code: 'MODEL_CHANGED',
    data: { path: parts[1] },
  });
  await rm(parts[1] ?? '');
  await expect(ModelFile.open(parts[0] ?? '')).rejects.toMatchObject({
    code: 'MODEL_NOT_THERE',
    message: expect.stringContaining(`${parts[1]}: it is part 2 of 3`),
  });
});
