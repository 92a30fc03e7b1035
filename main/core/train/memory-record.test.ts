import { expect, test } from 'vitest';
import { shortRecipe, subfolder, TestCore } from '../testing/a-core.ts';

const gibibyte = 2 ** 30;

test('what a run took corrects later plans of the same base and of no other', async () => {
  await using core = await TestCore.start();
  const { runId, jobId, model } = await core.startRun(shortRecipe);
  const planOf = async (modelId: string) =>
    await core.client.runs.planMemory({ modelId, recipe: { ...shortRecipe, device: 'cpu' } });
  expect(await core.job(jobId)).toMatchObject({ state: 'succeeded' });
  const { memory } = await core.client.runs.get({ id: runId });
  expect(memory).toMatchObject({ device: 'cpu' });
  expect(memory?.peakBytes).toBeGreaterThan(2 ** 25);
  expect(memory?.peakBytes).toBeLessThan(gibibyte);

  const corrected = await planOf(model.modelId);
  expect(corrected.measuredRuns).toBe(1);
  expect(corrected.correctionBytes).not.toBe(0);
  const other = await core.addModel({ layers: 1 }, 'other.gguf');
  expect(await planOf(other.modelId)).toMatchObject({ measuredRuns: 0, correctionBytes: 0 });
});

test('a run succeeds with a warning when its memory cannot be written to the settings', async () => {
  await using core = await TestCore.start();
  // A folder in the place of the file that is written before it takes the other's place.
  subfolder(core.path('user'), `memory-measurements.json.${process.pid}.part`);
  const { runId, jobId } = await core.startRun(shortRecipe);
  expect(await core.job(jobId)).toMatchObject({ state: 'succeeded' });
  const { events, memory } = await core.client.runs.get({ id: runId });
  expect(events.map(({ message }) => message).join()).toContain('Later plans will not know');
  expect(memory).not.toBeNull();
});
