import { expect, test } from 'vitest';
import type { RecipeInput } from '../../../shared/domain/recipe.ts';
import { TestCore } from '../testing/a-core.ts';
import { describeReasons } from './encode-dataset.ts';

test('a warm-up beyond the run is refused, and a run that failed frees its name', async () => {
  await using core = await TestCore.start();
  const { modelId } = await core.addModel();
  const datasetId = await core.freezeDataset();
  const start = (recipe: RecipeInput) =>
    core.client.runs.start({ modelId, datasetId, name: 'first', recipe });
  await expect(start({ epochs: 1, warmupSteps: 2 })).rejects.toMatchObject({
    code: 'INVALID_STATE',
    message: expect.stringContaining('warmupSteps is 2, and the whole run has 1 step'),
  });
  expect(await core.client.runs.list()).toEqual([]);
  // Every sample is longer: nothing is left to train on.
  const failing = await start({ maxTokens: 8, overlong: 'drop' });
  expect(await core.job(failing.jobId)).toMatchObject({
    state: 'failed',
    error: { code: 'NOTHING_TO_TRAIN', message: expect.stringContaining('of “four” none') },
  });
  const again = await start({ epochs: 1, rank: 2, batchSize: 4 });
  expect(await core.job(again.jobId)).toMatchObject({ state: 'succeeded' });
  const names = (await core.client.runs.list()).map(({ name, state }) => [name, state]);
  expect(names).toEqual([
    ['first', 'succeeded'],
    ['first (failed)', 'failed'],
  ]);
  await expect(start({})).rejects.toMatchObject({ code: 'NAME_TAKEN' });
});

test('samples that were left out are told by reason, the most frequent first', () => {
  expect(describeReasons([])).toBe('the dataset is empty');
  expect(describeReasons(['too long', 'too long'])).toBe('too long');
  expect(describeReasons(['no end', 'too long', 'too long'])).toBe('2 × too long; 1 × no end');
  const many = Array.from({ length: 7 }, (_, index) => `reason ${index}`);
  expect(describeReasons(many)).toMatch(/^1 × reason 0; .*1 × reason 4; and 2 more reasons$/);
});
