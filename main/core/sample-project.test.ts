import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
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
