import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RecipeInput } from '../../../shared/domain/recipe/recipe.ts';
import type { Run } from '../../../shared/domain/run.ts';
import { run } from '../../store/database.ts';
import { requireSession } from '../project/core-state.ts';
import { endlessRecipe, refusalOf, shortRecipe, TestCore } from '../testing/a-core.ts';
import { canFindEngines, killEngine } from '../testing/engine-processes.ts';

const recipe: RecipeInput = { ...shortRecipe, batchSize: 1, epochs: 2.5, devShare: 0.5 };

let core: TestCore;
let trained: Run;
beforeAll(async () => {
  core = await TestCore.start();
  const { jobId, runId } = await core.startRun(recipe);
  await core.job(jobId);
  trained = await core.client.runs.get({ id: runId });
});
afterAll(() => core[Symbol.asyncDispose]());

const storedRun = () => core.client.runs.get({ id: trained.id });
const devLossByEpoch = ({ checkpoints }: Run) => checkpoints.map(({ devLoss }) => devLoss);
const database = () => requireSession(core.core.context.core).file.db;

test('held-out samples are not trained on, and their loss is kept before training and per epoch, the last of which is half', () => {
  expect(trained).toMatchObject({ state: 'succeeded', totalSteps: 5 });
  expect(trained.encodeReport).toMatchObject({ samples: 2, heldOut: { samples: 2 } });
  expect(trained.devLosses.map(({ step, epoch }) => [step, epoch])).toEqual([
    [0, 0],
    [2, 1],
    [4, 2],
    [5, 2.5],
  ]);
  expect(trained.checkpoints.map(({ step, epoch }) => [step, epoch])).toEqual([
    [2, 1],
    [4, 2],
    [5, 2.5],
  ]);
  expect(devLossByEpoch(trained)).toEqual(trained.devLosses.slice(1).map(({ loss }) => loss));
});

test('runs with different seeds are measured on the same held-out samples', async () => {
  const { modelId, datasetId } = trained;
  const input = { modelId, datasetId, recipe: { ...recipe, seed: 7 } };
  const { jobId, runId } = await core.client.runs.start(input);
  await core.job(jobId);
  const { devLosses } = await core.client.runs.get({ id: runId });
  expect(devLosses[0]).toEqual(trained.devLosses[0]);
  expect(devLosses[3]?.loss).not.toBe(trained.devLosses[3]?.loss);
});

test('adopting an adapter after a crash brings its dev loss back', async () => {
  run(database(), 'DELETE FROM checkpoint WHERE epoch = 3');
  run(database(), 'DELETE FROM dev_loss WHERE epoch = 3');
  await core.client.project.close();
  await core.client.project.open({ path: core.projectPath });
  expect((await storedRun()).devLosses).toEqual(trained.devLosses);
});

test('a dataset too small to hold a sample out is refused before the run starts', async () => {
  await core.client.samples.review({ action: 'reset', selection: { filter: {} } });
  await core.client.samples.review({ action: 'accept', selection: { filter: { query: '0' } } });
  const { id: datasetId } = await core.client.datasets.freeze({ name: 'one' });
  const start = core.client.runs.start({ modelId: trained.modelId, datasetId, recipe });
  expect(await refusalOf(start)).toMatchObject({
    code: 'INVALID_STATE',
    message: expect.stringMatching(/Of 1 sample none can be held out .* set devShare to 0/),
  });
});

test('a run stored before samples could be held out reads as one that held out none', async () => {
  run(database(), 'DELETE FROM dev_loss');
  run(
    database(),
    `UPDATE run SET recipe_json = json_remove(recipe_json, '$.devShare'),
       encode_report_json = json_remove(encode_report_json, '$.heldOut')`,
  );
  const stored = await storedRun();
  expect(stored).toMatchObject({
    recipe: { devShare: 0 },
    encodeReport: { heldOut: { samples: 0, scoredTokens: 0 } },
    devLosses: [],
  });
  expect(devLossByEpoch(stored)).toEqual([null, null, null]);
});

/** Waits until a run did so many steps. */
async function reach(runId: string, step: number): Promise<void> {
  for await (const { metrics } of await core.client.runs.metrics({ runId }))
    if (metrics.some((metric) => metric.step >= step)) return;
}

describe.runIf(canFindEngines)('a run whose trainer was killed', () => {
  test('has every dev loss once and unchanged after it is resumed', async () => {
    const { modelId, datasetId } = trained;
    const input = { modelId, datasetId, recipe: { ...endlessRecipe, devShare: 0.5 } };
    const { jobId, runId } = await core.client.runs.start(input);
    await reach(runId, 11);
    killEngine('trainer');
    await core.job(jobId);
    const before = await core.client.runs.get({ id: runId });
    await core.client.jobs.resume({ id: jobId });
    // Two steps an epoch: beyond every dev loss of before.
    await reach(runId, 2 * before.devLosses.length + 4);
    await core.client.jobs.cancel({ id: jobId });
    await core.job(jobId);
    const { devLosses } = await core.client.runs.get({ id: runId });
    expect(before.devLosses.length).toBeGreaterThan(5);
    expect(devLosses.slice(0, before.devLosses.length)).toEqual(before.devLosses);
    expect(devLosses.length).toBeGreaterThan(before.devLosses.length);
    expect(devLosses.map(({ epoch }) => epoch)).toEqual([...devLosses.keys()]);
  });
});
