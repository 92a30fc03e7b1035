import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nextStep } from '../../shared/domain/project/pipeline.ts';
import { recipePresets } from '../../shared/domain/recipe/recipe-presets.ts';
import { subfolder } from './testing/a-core.ts';
import { TestCore } from './testing/a-core.ts';

test('the sample project holds samples, a dataset, prompts and a base model', async () => {
  await using core = await TestCore.start({ project: 'none' });
  const path = core.path('atlas.lima');
  const info = await core.client.project.createSample({ path });
  expect(info).toMatchObject({ path, samples: { pending: 0, accepted: 300 }, datasets: 1 });
  const [dataset] = await core.client.datasets.list();
  expect(dataset?.samples).toBe(300);
  const [prompts] = await core.client.prompts.list();
  expect(prompts?.prompts).toBeGreaterThan(200);
  const [model] = await core.client.models.list();
  expect(model).toMatchObject({ path: core.path('atlas-base.gguf'), isMissing: false });
});

test('a sample project can be made again after the first was deleted', async () => {
  await using core = await TestCore.start({ project: 'none' });
  const path = core.path('atlas.lima');
  await core.client.project.createSample({ path });
  await core.client.project.close();
  rmSync(path);
  const again = await core.client.project.createSample({ path });
  expect(again.samples.accepted).toBe(300);
});

test('a sample project is refused where another file has the name of its model', async () => {
  await using core = await TestCore.start({ project: 'none' });
  writeFileSync(core.path('atlas-base.gguf'), 'mine');
  const path = core.path('atlas.lima');
  await expect(core.client.project.createSample({ path })).rejects.toMatchObject({
    code: 'FILE_EXISTS',
    data: { path: core.path('atlas-base.gguf') },
  });
  expect(existsSync(path)).toBe(false);
});

const sampleAt = (core: TestCore, name: string) => core.path(join('user/sample-project', name));

test('the sample project opens without a place, on training with its recipe and prompts', async () => {
  await using core = await TestCore.start({ project: 'none' });
  const { client } = core;
  expect(await client.project.sample()).toBeNull();
  const info = await client.project.openSample({});
  expect(info).toMatchObject({ path: sampleAt(core, 'atlas.lima'), access: 'edit', notice: null });
  expect(await client.project.sample()).toEqual({ path: info.path });
  const facts = await client.project.pipeline();
  expect(facts.dataset).toMatchObject({ samples: 300, isCurrent: true });
  expect(nextStep(facts)).toBe('train');
  const { recipe, promptSetId, sampling } = await client.project.defaults();
  const atlas = recipePresets.find(({ name }) => name === 'atlas')?.recipe;
  expect(recipe).toMatchObject({ value: atlas ?? {}, origin: 'project' });
  const [set] = await client.prompts.list();
  expect(promptSetId?.value).toBe(set?.id);
  expect(sampling?.value).toMatchObject({ temperature: 0, maxTokens: 32 });
});

test('the sample project is opened again where it was left, and a fresh one leaves it alone', async () => {
  await using core = await TestCore.start({ project: 'none' });
  const { client } = core;
  await client.project.openSample({});
  await client.samples.review({ action: 'reject', selection: { filter: {} } });
  await client.project.close();
  expect(await client.project.openSample({})).toMatchObject({ samples: { rejected: 300 } });
  const fresh = await client.project.openSample({ isFresh: true });
  expect(fresh).toMatchObject({
    path: sampleAt(core, 'atlas-2.lima'),
    samples: { accepted: 300 },
  });
  await client.project.close();
  expect(await client.project.openSample({})).toMatchObject({ path: fresh.path });
  const first = await client.project.open({ path: sampleAt(core, 'atlas.lima') });
  expect(first.samples.rejected).toBe(300);
});

test('a damaged sample project stays where it is, and a new one says so', async () => {
  await using core = await TestCore.start({ project: 'none' });
  const { client } = core;
  const { path } = await client.project.openSample({});
  await client.project.close();
  writeFileSync(path, 'cut short');
  const info = await client.project.openSample({});
  expect(info).toMatchObject({
    path: sampleAt(core, 'atlas-2.lima'),
    samples: { accepted: 300 },
  });
  expect(info.notice).toContain(path);
  expect(readFileSync(path, 'utf8')).toBe('cut short');
});

// A kill between the making of the file and its prompts, which come last.
test('a sample project that was never finished is replaced by a whole one', async () => {
  await using core = await TestCore.start({ project: 'none' });
  const { client } = core;
  await client.project.openSample({});
  await client.project.close();
  rmSync(sampleAt(core, 'atlas.lima'));
  await client.project.create({ path: core.path('half.lima') });
  await client.project.close();
  writeFileSync(sampleAt(core, 'atlas.lima'), readFileSync(core.path('half.lima')));
  const info = await client.project.openSample({});
  expect(info).toMatchObject({ samples: { accepted: 300 } });
  expect(info.notice).toContain('never finished');
});

test('a sample project whose model is gone gets it back', async () => {
  await using core = await TestCore.start({ project: 'none' });
  const { client } = core;
  await client.project.openSample({});
  await client.project.close();
  rmSync(sampleAt(core, 'atlas-base.gguf'));
  await client.project.openSample({});
  const [model] = await client.models.list();
  expect(model).toMatchObject({ path: sampleAt(core, 'atlas-base.gguf'), isMissing: false });
});

test('a server that may use one folder only opens, trains and saves the sample project all the same', async () => {
  await using outer = await TestCore.start({ project: 'none' });
  const work = subfolder(outer.folder, 'work');
  await using core = await TestCore.start({
    project: 'none',
    folder: outer.folder,
    fileRoots: [work],
  });
  const { client } = core;
  await client.project.openSample({});
  const [model] = await client.models.list();
  const [dataset] = await client.datasets.list();
  const ids = { modelId: model?.id ?? '', datasetId: dataset?.id ?? '' };
  const { jobId } = await client.runs.start({
    ...ids,
    recipe: { epochs: 1, maxTokens: 64, batchSize: 50 },
  });
  expect(await core.job(jobId)).toMatchObject({ state: 'succeeded', error: null });
  await expect(
    client.project.open({ path: core.path('user/settings.json') }),
  ).rejects.toMatchObject({
    code: 'PATH_FORBIDDEN',
  });
  const saved = await client.project.saveAs({ path: join(work, 'mine') });
  expect(saved).toMatchObject({ path: join(work, 'mine.lima'), access: 'edit', runs: 1 });
  expect((await client.models.list())[0]?.isMissing).toBe(false);
});
