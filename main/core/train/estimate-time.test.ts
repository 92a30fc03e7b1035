import { expect, test } from 'vitest';
import { checkedRecipeSchema } from '../../../shared/domain/recipe/recipe.ts';
import { shortRecipe, TestCore } from '../testing/a-core.ts';

test('a time is a guess before the first run, and follows from what runs of the model measured after it', async () => {
  await using core = await TestCore.start();
  const { modelId } = await core.addModel();
  const datasetId = await core.freezeDataset();
  const recipe = checkedRecipeSchema.parse({ ...shortRecipe, epochs: 20, device: 'cpu' });
  const input = { modelId, datasetId, recipe };
  const guess = await core.client.runs.estimateTime(input);
  expect(guess).toMatchObject({ basis: 'guess', measuredRuns: 0, areTokensCounted: false });
  expect(guess.lowMs).toBeLessThan(guess.highMs);

  const { runId, jobId } = await core.client.runs.start(input);
  expect(await core.job(jobId)).toMatchObject({ state: 'succeeded' });
  const run = await core.client.runs.get({ id: runId });
  const tokens = run.encodeReport?.tokens ?? 0;
  expect(guess.tokensLow).toBeLessThanOrEqual(tokens);
  expect(guess.tokensHigh).toBeGreaterThanOrEqual(tokens);

  const known = await core.client.runs.estimateTime(input);
  expect(known).toMatchObject({
    basis: 'same-model',
    measuredRuns: 1,
    areTokensCounted: true,
    tokensLow: tokens,
  });
  const tookMs = run.lastMetric?.elapsedMs ?? 0;
  expect(known.lowMs).toBeLessThanOrEqual(tookMs * 1.001);
  expect(known.highMs).toBeGreaterThanOrEqual(tookMs * 0.999);

  const twice = { ...recipe, epochs: 40 };
  const longer = await core.client.runs.estimateTime({ ...input, recipe: twice });
  expect(longer.highMs).toBeCloseTo(2 * known.highMs, 3);
  const other = await core.addModel({ seed: 7 }, 'other.gguf');
  expect(await core.client.runs.estimateTime({ ...input, modelId: other.modelId })).toMatchObject({
    basis: 'same-shape',
  });
});
