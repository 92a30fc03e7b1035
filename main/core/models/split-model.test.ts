import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { splitGguf } from '../../gguf/testing/split-gguf.ts';
import { writeTinyModel } from '../../gguf/tiny/tiny-model.ts';
import { refusalOf, shortRecipe, TestCore } from '../testing/a-core.ts';

async function addedBy(core: TestCore, path: string): Promise<string> {
  const { state, result } = await core.job((await core.client.models.add({ path })).jobId);
  const modelId = result?.['modelId'];
  if (typeof modelId !== 'string') throw new Error(`${path} was not added: the job ${state}`);
  return modelId;
}

// Its engines are confined: one that was given less than all parts could not read the model.
test('a model in parts is one model: found by any part, missing without one, moved with all', async () => {
  await using core = await TestCore.start();
  await writeTinyModel(core.path('whole.gguf'), { embeddingLength: 64, layers: 2 });
  mkdirSync(core.path('parts'));
  const stem = core.path('parts/quince');
  const parts = await splitGguf(core.path('whole.gguf'), { stem, tensors: [2, 8] });
  const [first = '', second = '', third = ''] = parts;
  const modelId = await addedBy(core, second);
  expect(await addedBy(core, third)).toBe(modelId);
  const bytes = parts.map((path) => readFileSync(path));
  const listed = await core.client.models.list();
  expect(listed).toMatchObject([{ path: first, name: 'quince', isMissing: false }]);
  expect(listed[0]?.info.fileSizeBytes).toBe(bytes.reduce((sum, { length }) => sum + length, 0));
  // What `cat quince-*.gguf | sha256sum` says.
  const sha256 = createHash('sha256').update(Buffer.concat(bytes)).digest('hex');
  expect(listed[0]?.sha256).toBe(sha256);

  const datasetId = await core.freezeDataset();
  const recipe = { ...shortRecipe, epochs: 1 };
  const start = async () => await core.client.runs.start({ modelId, datasetId, recipe });
  rmSync(second);
  expect(await core.client.models.list()).toMatchObject([{ isMissing: true }]);
  expect(await refusalOf(start())).toEqual({
    code: 'MODEL_MISSING',
    message: `There is no model file ${second}. Put it back, or show where it is now.`,
  });
  writeFileSync(second, bytes[1] ?? '');

  const moved = join(dirname(dirname(first)), 'moved');
  renameSync(dirname(first), moved);
  const path = join(moved, 'quince-00003-of-00003.gguf');
  const changed = Buffer.from(bytes[2] ?? '');
  changed[changed.length - 40] = (changed[changed.length - 40] ?? 0) ^ 0x40;
  writeFileSync(path, changed);
  const wrong = await core.client.models.relocate({ id: modelId, path });
  expect(await core.job(wrong.jobId)).toMatchObject({ error: { code: 'MODEL_CHANGED' } });
  writeFileSync(path, bytes[2] ?? '');
  const right = await core.client.models.relocate({ id: modelId, path });
  expect(await core.job(right.jobId)).toMatchObject({ state: 'succeeded' });
  expect(await core.client.models.list()).toMatchObject([
    { path: join(moved, 'quince-00001-of-00003.gguf'), isMissing: false },
  ]);
  expect(await core.job((await start()).jobId)).toMatchObject({ state: 'succeeded' });
});
