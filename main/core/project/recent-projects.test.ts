import { rmSync, statSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { TestCore } from '../testing/a-core.ts';

test('a recent project tells what it held at its closing and what is next, and its file is not opened', async () => {
  await using core = await TestCore.start();
  await core.freezeDataset(3, 'three');
  await core.client.project.close();
  // Nothing that could be read as a project lies there any more.
  writeFileSync(core.projectPath, 'no project');
  const before = statSync(core.projectPath);
  const [recent] = await core.client.project.recent();
  expect(recent).toMatchObject({
    exists: true,
    samples: 3,
    state: { datasets: 1, runs: 0, evaluations: 0, next: 'train' },
  });
  const { atimeMs, mtimeMs, size } = statSync(core.projectPath);
  expect([atimeMs, mtimeMs, size]).toEqual([before.atimeMs, before.mtimeMs, before.size]);
  rmSync(core.projectPath);
  expect((await core.client.project.recent())[0]).toMatchObject({ exists: false, samples: 3 });
});

test('what is next is known of a project that never was closed', async () => {
  await using core = await TestCore.start();
  await expect
    .poll(async () => (await core.client.project.recent())[0]?.state)
    .toEqual({ datasets: 0, runs: 0, evaluations: 0, next: 'curate' });
});
