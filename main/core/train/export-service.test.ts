import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { shortRecipe, TestCore } from '../testing/a-core.ts';

test('a finished run is exported by a job, and what cannot be is not refused before', async () => {
  await using core = await TestCore.start();
  const { jobId, runId } = await core.startRun(shortRecipe);
  await core.job(jobId);
  const { checkpoints } = await core.client.runs.get({ id: runId });
  const checkpointId = checkpoints.at(-1)?.id ?? '';
  const path = core.path('merged.gguf');
  const wish = { checkpointId, kind: 'merged', type: 'Q8_0', path } as const;
  const job = await core.job((await core.client.runs.export(wish)).jobId);
  expect(job).toMatchObject({ state: 'succeeded', result: { path } });
  expect(existsSync(path)).toBe(true);
  const added = await core.job((await core.client.models.add({ path })).jobId);
  expect(added).toMatchObject({ state: 'succeeded' });
  await expect(core.client.runs.export(wish)).rejects.toMatchObject({ code: 'FILE_EXISTS' });
  const untyped = { ...wish, type: null, path: core.path('other.gguf') };
  await expect(core.client.runs.export(untyped)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
});
