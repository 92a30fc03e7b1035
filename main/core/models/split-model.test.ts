import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { splitGguf } from '../../gguf/testing/split-gguf.ts';
import { refusalOf, shortRecipe, TestCore } from '../testing/a-core.ts';

/** A core with a model that it knows whole, and the same in three parts that it does not know. */
async function coreWithParts() {
  const core = await TestCore.start();
  const whole = await core.addModel();
  mkdirSync(core.path('parts'));
  const parts = await splitGguf(whole.path, { stem: core.path('parts/quince'), tensors: [2, 8] });
  const [first = '', second = '', third = ''] = parts;
  return { core, whole, parts, first, second, third };
}

async function addedBy(core: TestCore, path: string): Promise<string> {
  const { state, result } = await core.job((await core.client.models.add({ path })).jobId);
  const modelId = result?.['modelId'];
  if (typeof modelId !== 'string') throw new Error(`${path} was not added: the job ${state}`);
  return modelId;
}

const sampling = { temperature: 0.7, maxTokens: 12, seed: 5 };

async function answerOf(core: TestCore, basePath: string) {
  const messages = [{ role: 'user' as const, content: 'What is a quince?' }];
  const items = [{ key: 'one', messages }];
  const events = await core.client.generations.run({ system: { basePath }, items, sampling });
  for await (const event of events) if (event.type === 'answer') return event.answer;
  throw new Error('There was no answer');
}

test('a model in parts is one model: found by any part, trained and asked like the whole', async () => {
  const { core: made, whole, parts, first, second, third } = await coreWithParts();
  await using core = made;
  const modelId = await addedBy(core, second);
  expect(await addedBy(core, third)).toBe(modelId);
  const bytes = parts.map((path) => readFileSync(path));
  const listed = (await core.client.models.list()).filter(({ id }) => id === modelId);
  expect(listed).toMatchObject([{ path: first, name: 'quince', isMissing: false }]);
  expect(listed[0]?.info.fileSizeBytes).toBe(bytes.reduce((sum, { length }) => sum + length, 0));
  // What `cat quince-*.gguf | sha256sum` says.
  const sha256 = createHash('sha256').update(Buffer.concat(bytes)).digest('hex');
  expect(listed[0]?.sha256).toBe(sha256);

  const [ofWhole, ofParts] = [await answerOf(core, whole.path), await answerOf(core, third)];
  expect(ofParts.output).toBe(ofWhole.output);
  expect(ofParts.identity).toMatchObject({ baseSha256: sha256, baseName: 'quince' });

  const datasetId = await core.freezeDataset();
  const lossesOf = async (id: string) => {
    const run = await core.client.runs.start({ modelId: id, datasetId, recipe: shortRecipe });
    expect(await core.job(run.jobId)).toMatchObject({ state: 'succeeded' });
    for await (const { metrics } of await core.client.runs.metrics({ runId: run.runId }))
      return metrics.map(({ loss }) => loss);
    return [];
  };
  const losses = await lossesOf(whole.modelId);
  expect(losses.length).toBeGreaterThan(0);
  expect(await lossesOf(modelId)).toEqual(losses);
});

test('a part that is gone, or changed, or another folder: what is said, and how it is mended', async () => {
  const { core: made, whole, first, second, third } = await coreWithParts();
  await using core = made;
  const modelId = await addedBy(core, first);
  const datasetId = await core.freezeDataset();
  const start = async () => await core.client.runs.start({ modelId, datasetId });
  const isMissing = async () =>
    (await core.client.models.list()).find(({ id }) => id === modelId)?.isMissing;

  const kept = readFileSync(second);
  rmSync(second);
  expect(await isMissing()).toBe(true);
  expect(await refusalOf(start())).toEqual({
    code: 'MODEL_MISSING',
    message: `There is no model file ${second}. Put it back, or show where it is now.`,
  });
  const again = await core.client.models.add({ path: third });
  expect(await core.job(again.jobId)).toMatchObject({
    state: 'failed',
    error: { message: expect.stringContaining(`${second}: it is part 2 of 3`) },
  });

  writeFileSync(second, kept);
  const changed = Buffer.from(kept);
  changed[kept.length - 40] = (changed[kept.length - 40] ?? 0) ^ 0x40;
  writeFileSync(second, changed);
  expect(statSync(second).size).toBe(kept.length);
  expect(await core.job((await start()).jobId)).toMatchObject({ error: { code: 'MODEL_CHANGED' } });
  writeFileSync(second, kept);

  const moved = join(dirname(dirname(first)), 'moved');
  renameSync(dirname(first), moved);
  expect(await isMissing()).toBe(true);
  const path = join(moved, 'quince-00003-of-00003.gguf');
  const wrong = await core.client.models.relocate({ id: modelId, path: whole.path });
  expect(await core.job(wrong.jobId)).toMatchObject({ error: { code: 'MODEL_CHANGED' } });
  const right = await core.client.models.relocate({ id: modelId, path });
  expect(await core.job(right.jobId)).toMatchObject({ state: 'succeeded' });
  const [listed] = (await core.client.models.list()).filter(({ id }) => id === modelId);
  expect(listed).toMatchObject({
    path: join(moved, 'quince-00001-of-00003.gguf'),
    isMissing: false,
  });
});
