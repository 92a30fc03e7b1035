import { describe, expect, test } from 'vitest';
import type { RecipeInput } from '../../../shared/domain/recipe.ts';
import type { Run } from '../../../shared/domain/run.ts';
import { run } from '../../store/database.ts';
import { requireSession } from '../core-state.ts';
import { refusalOf, shortRecipe, TestCore } from '../testing/a-core.ts';
import { canFindEngines, killEngine } from '../testing/engine-processes.ts';

const recipe: RecipeInput = { ...shortRecipe, epochs: 3, devShare: 0.5 };

async function runOf(
  core: TestCore,
  fields: RecipeInput,
  ids: { modelId: string; datasetId: string },
) {
  const { jobId, runId } = await core.client.runs.start({ ...ids, recipe: fields });
  expect(await core.job(jobId)).toMatchObject({ state: 'succeeded' });
  return await core.client.runs.get({ id: runId });
}

const devLossByEpoch = ({ checkpoints }: Run) => checkpoints.map(({ devLoss }) => devLoss);

test('half of four samples held out are trained on, or their loss is not kept with the run', async () => {
  await using core = await TestCore.start();
  const { modelId } = await core.addModel();
  const ids = { modelId, datasetId: await core.freezeDataset() };
  const trained = await runOf(core, recipe, ids);
  expect(trained.totalSteps).toBe(3);
  expect(trained.encodeReport).toMatchObject({ samples: 2, heldOut: { samples: 2 } });
  expect(trained.devLosses.map(({ step, epoch }) => [step, epoch])).toEqual([
    [0, 0],
    [1, 1],
    [2, 2],
    [3, 3],
  ]);
  expect(devLossByEpoch(trained)).toEqual(trained.devLosses.slice(1).map(({ loss }) => loss));

  // The same model on the same samples is measured the same, whatever the seed of the run.
  const other = await runOf(core, { ...recipe, seed: 7 }, ids);
  expect(other.devLosses[0]).toEqual(trained.devLosses[0]);
  expect(other.devLosses[3]?.loss).not.toBe(trained.devLosses[3]?.loss);
});

test('a project forgets a dev loss whose adapter it finds again after a crash', async () => {
  await using core = await TestCore.start();
  const { jobId, runId } = await core.startRun(recipe);
  await core.job(jobId);
  const before = await core.client.runs.get({ id: runId });
  const { db } = requireSession(core.core.context.core).file;
  run(db, 'DELETE FROM checkpoint WHERE epoch = 3');
  run(db, 'DELETE FROM dev_loss WHERE epoch = 3');
  await core.client.project.close();
  await core.client.project.open({ path: core.projectPath });
  const { devLosses } = await core.client.runs.get({ id: runId });
  expect(devLosses).toEqual(before.devLosses);
});

test('a dataset of one sample is split, or found too small only after the start', async () => {
  await using core = await TestCore.start();
  const { modelId } = await core.addModel();
  const ids = { modelId, datasetId: await core.freezeDataset(1, 'one') };
  const refusal = await refusalOf(core.client.runs.start({ ...ids, recipe }));
  expect(refusal).toMatchObject({
    code: 'INVALID_STATE',
    message: expect.stringMatching(/Of 1 sample none can be held out .* set devShare to 0/),
  });
  expect(await core.client.runs.list()).toEqual([]);
});

test('a run that was stored before anything could be held out cannot be read', async () => {
  await using core = await TestCore.start();
  const { jobId, runId } = await core.startRun(shortRecipe);
  await core.job(jobId);
  const { db } = requireSession(core.core.context.core).file;
  run(
    db,
    `UPDATE run SET recipe_json = json_remove(recipe_json, '$.devShare'),
       encode_report_json = json_remove(encode_report_json, '$.heldOut')`,
  );
  const stored = await core.client.runs.get({ id: runId });
  expect(stored).toMatchObject({ recipe: { devShare: 0 }, totalSteps: 4, devLosses: [] });
  expect(devLossByEpoch(stored)).toEqual([null, null]);
  expect(stored.encodeReport?.heldOut).toEqual({ samples: 0, scoredTokens: 0 });
});

/** Waits until a run did so many steps. */
async function reach(core: TestCore, runId: string, step: number): Promise<void> {
  for await (const { metrics } of await core.client.runs.metrics({ runId }))
    if (metrics.some((metric) => metric.step >= step)) return;
}

describe.runIf(canFindEngines)('a run whose trainer was killed', () => {
  test('measures another dev loss for the same step, loses one, or has one twice', async () => {
    await using core = await TestCore.start();
    const { jobId, runId } = await core.startRun({ ...recipe, epochs: 1000 });
    await reach(core, runId, 6);
    killEngine('trainer');
    await core.job(jobId);
    const before = await core.client.runs.get({ id: runId });
    await core.client.jobs.resume({ id: jobId });
    await reach(core, runId, before.devLosses.length + 5);
    await core.client.jobs.cancel({ id: jobId });
    await core.job(jobId);
    const { devLosses } = await core.client.runs.get({ id: runId });
    expect(before.devLosses.length).toBeGreaterThan(5);
    expect(devLosses.slice(0, before.devLosses.length)).toEqual(before.devLosses);
    expect(devLosses.length).toBeGreaterThan(before.devLosses.length);
    expect(devLosses.map(({ epoch }) => epoch)).toEqual([...devLosses.keys()]);
  });
});
