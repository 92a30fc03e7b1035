import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { RecipeInput } from '../../../shared/domain/recipe/recipe.ts';
import type { Run } from '../../../shared/domain/run.ts';
import {
  conversations,
  endlessRecipe,
  refusalOf,
  shortRecipe,
  TestCore,
} from '../testing/a-core.ts';
import { canFindEngines, enginePids, killEngine } from '../testing/engine-processes.ts';

/** A run that nobody waits for: it is paused when the test has seen enough. */
const recipe: RecipeInput = { ...endlessRecipe, batchSize: 2, checkpointEverySteps: 3 };
const stepsPerEpoch = 2;

/** Waits until a run did so many steps. */
async function reach(core: TestCore, runId: string, step: number): Promise<void> {
  for await (const { metrics } of await core.client.runs.metrics({ runId }))
    if (metrics.some((metric) => metric.step >= step)) return;
}

/** Waits until a run did so many steps, pauses it and returns it as it stands. */
async function pauseAfter(core: TestCore, started: { runId: string; jobId: string }, step: number) {
  await reach(core, started.runId, step);
  expect((await core.client.jobs.pause({ id: started.jobId })).state).toBe('pausing');
  expect(await core.job(started.jobId)).toMatchObject({ state: 'paused', error: null });
  expect(enginePids('')).toEqual([]);
  return await core.client.runs.get({ id: started.runId });
}

/** Every stored metric of a run. */
async function metricsOf(core: TestCore, runId: string) {
  for await (const { metrics } of await core.client.runs.metrics({ runId })) return metrics;
  return [];
}

const lossesOf = async (core: TestCore, runId: string, steps: number) =>
  (await metricsOf(core, runId)).slice(0, steps).map(({ step, loss }) => [step, loss]);

/**
 * Lets a stopped run go on into the next epoch but one, and compares all it did by then with a
 * run of the same recipe, model and dataset that was never stopped.
 */
async function expectSameAsUninterrupted(
  core: TestCore,
  { runId, jobId }: { runId: string; jobId: string },
): Promise<void> {
  const { lastMetric, modelId, datasetId } = await core.client.runs.get({ id: runId });
  const steps = (lastMetric?.step ?? 0) + 2 * stepsPerEpoch;
  const epoch = Math.floor(steps / stepsPerEpoch);
  await core.client.jobs.resume({ id: jobId });
  const resumed = await pauseAfter(core, { runId, jobId }, steps + 1);
  const other = await core.client.runs.start({ modelId, datasetId, recipe });
  const whole = await pauseAfter(core, other, steps + 1);
  const adapterOf = ({ checkpoints }: Run) => checkpoints.find((each) => each.epoch === epoch);
  const adapter = adapterOf(resumed);
  expect(adapter?.sha256).toBe(adapterOf(whole)?.sha256);
  const bytes = readFileSync(adapter?.path ?? '');
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(adapter?.sha256);
  const losses = await lossesOf(core, runId, steps);
  expect(losses.map(([step]) => step)).toEqual(losses.map((_, index) => index + 1));
  expect(losses).toHaveLength(steps);
  expect(losses).toEqual(await lossesOf(core, other.runId, steps));
}

describe('a paused run', () => {
  test('frees its trainer and goes on to the steps and adapter of an uninterrupted run', async () => {
    await using core = await TestCore.start();
    const started = await core.startRun(recipe);
    const paused = await pauseAfter(core, started, 5);
    expect(paused.savedStep).toBe(paused.lastMetric?.step);
    await expectSameAsUninterrupted(core, started);
    const { events, savedStep } = await core.client.runs.get({ id: started.runId });
    expect(events.map(({ kind, step }) => [kind, step])).toEqual([
      ['paused', paused.savedStep],
      ['resumed', paused.savedStep],
      ['paused', savedStep],
    ]);
  });

  test('leaves no resume state on the disk once it has succeeded', async () => {
    await using core = await TestCore.start();
    const model = await core.addModel();
    const datasetId = await core.freezeDataset();
    const short = { ...recipe, epochs: 3, checkpointEverySteps: 1 };
    const input = { modelId: model.modelId, datasetId, recipe: short };
    const blocking = await core.client.runs.start({ ...input, recipe });
    const { jobId, runId } = await core.client.runs.start(input);
    expect((await core.client.jobs.pause({ id: jobId })).state).toBe('paused');
    await core.client.jobs.cancel({ id: blocking.jobId });
    await core.client.jobs.resume({ id: jobId });
    expect((await core.job(jobId)).state).toBe('succeeded');
    const left = () => readdirSync(join(core.path('p.lima.d'), 'runs', runId)).toSorted();
    await expect.poll(left, { timeout: 20_000 }).toEqual(['epoch-001', 'epoch-002', 'epoch-003']);
  });

  test('is still paused after its project was closed, and can be cancelled', async () => {
    await using core = await TestCore.start();
    const { jobId, runId } = await core.startRun(endlessRecipe);
    await reach(core, runId, 3);
    await core.client.jobs.pause({ id: jobId });
    await core.job(jobId);
    await core.client.project.close();
    await core.client.project.open({ path: core.projectPath });
    expect((await core.client.runs.get({ id: runId })).state).toBe('paused');
    expect((await core.client.jobs.cancel({ id: jobId })).state).toBe('cancelled');
  });

  test('lets the next run start, once', async () => {
    await using core = await TestCore.start();
    const { jobId, runId, model, datasetId } = await core.startRun(endlessRecipe);
    const { modelId } = model;
    const next = await core.client.runs.start({ modelId, datasetId, recipe: shortRecipe });
    expect((await core.client.jobs.pause({ id: next.jobId })).state).toBe('paused');
    await core.client.jobs.resume({ id: next.jobId });
    await reach(core, runId, 2);
    await core.client.jobs.pause({ id: jobId });
    expect((await core.job(next.jobId)).state).toBe('succeeded');
    expect((await core.job(jobId)).state).toBe('paused');
  });

  test('can be paused while it still encodes', async () => {
    await using core = await TestCore.start();
    const model = await core.addModel();
    const datasetId = await core.freezeDataset(2000);
    const input = { modelId: model.modelId, datasetId, recipe: endlessRecipe };
    const { jobId } = await core.client.runs.start(input);
    await core.job(jobId, (job) => job.progress?.phase === 'encoding');
    await core.client.jobs.pause({ id: jobId });
    expect(await core.job(jobId)).toMatchObject({ state: 'paused', error: null });
    await core.client.jobs.cancel({ id: jobId });
  });
});

test('an import refuses to be paused', async () => {
  await using core = await TestCore.start();
  const path = core.writeLines('many.jsonl', conversations(3000));
  const { jobId } = await core.client.imports.start({ path });
  expect((await refusalOf(core.client.jobs.pause({ id: jobId }))).code).toBe('INVALID_STATE');
  await core.job(jobId);
});

const trainerCount = () => enginePids('trainer').length;

test.runIf(canFindEngines)('a pause asked for while the trainer starts takes effect', async () => {
  await using core = await TestCore.start();
  const { jobId } = await core.startRun(endlessRecipe);
  await expect.poll(trainerCount, { timeout: 20_000, interval: 1 }).toBe(1);
  await core.client.jobs.pause({ id: jobId });
  expect(await core.job(jobId)).toMatchObject({ state: 'paused', error: null });
});

describe.runIf(canFindEngines)('a run whose trainer was killed', () => {
  test('is interrupted, and resumes to the steps and adapter of an uninterrupted run', async () => {
    await using core = await TestCore.start();
    const started = await core.startRun(recipe);
    const { jobId, runId } = started;
    for (const times of [1, 2]) {
      const { lastMetric } = await core.client.runs.get({ id: runId });
      await reach(core, runId, (lastMetric?.step ?? 0) + 8);
      killEngine('trainer');
      expect(await core.job(jobId)).toMatchObject({
        state: 'interrupted',
        error: { code: 'ENGINE_CRASHED' },
      });
      if (times === 1) await core.client.jobs.resume({ id: jobId });
    }
    await expectSameAsUninterrupted(core, started);
  });
});
