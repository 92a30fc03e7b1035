import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { RecipeInput } from '../../../shared/domain/recipe.ts';
import type { Run } from '../../../shared/domain/run.ts';
import { conversations, endlessRecipe, refusalOf, TestCore } from '../testing/a-core.ts';
import { canFindEngines, enginePids, killEngine } from '../testing/engine-processes.ts';

const recipe: RecipeInput = {
  epochs: 30,
  batchSize: 2,
  rank: 4,
  threads: 1,
  checkpointEverySteps: 3,
};
const steps = 60;

const lastAdapter = ({ checkpoints }: Run) => checkpoints.at(-1)?.sha256;

/** Waits until a run did so many steps. */
async function reach(core: TestCore, runId: string, step: number): Promise<void> {
  for await (const { metrics } of await core.client.runs.metrics({ runId }))
    if (metrics.some((metric) => metric.step >= step)) return;
}

/** Every stored metric of a run. */
async function metricsOf(core: TestCore, runId: string) {
  for await (const { metrics } of await core.client.runs.metrics({ runId })) return metrics;
  return [];
}

/** Runs the recipe once more without a stop, on the same model and dataset. */
async function uninterrupted(core: TestCore, run: Run): Promise<Run> {
  const { modelId, datasetId } = run;
  const { jobId, runId } = await core.client.runs.start({ modelId, datasetId, recipe });
  await core.job(jobId);
  return await core.client.runs.get({ id: runId });
}

const losses = (metrics: { step: number; loss: number }[]) =>
  metrics.map(({ step, loss }) => [step, loss]);

async function expectSameAsUninterrupted(core: TestCore, runId: string): Promise<void> {
  const run = await core.client.runs.get({ id: runId });
  expect(run.state).toBe('succeeded');
  const other = await uninterrupted(core, run);
  expect(lastAdapter(run)).toBe(lastAdapter(other));
  const last = run.checkpoints.at(-1);
  if (!last) throw new Error('The run has no adapter');
  expect(createHash('sha256').update(readFileSync(last.path)).digest('hex')).toBe(last.sha256);
  const mine = losses(await metricsOf(core, runId));
  expect(mine).toHaveLength(steps);
  expect(mine).toEqual(losses(await metricsOf(core, other.id)));
}

describe('a paused run', () => {
  test('keeps its trainer, or ends with another adapter or other steps', async () => {
    await using core = await TestCore.start();
    const { jobId, runId } = await core.startRun(recipe);
    await reach(core, runId, 5);
    expect((await core.client.jobs.pause({ id: jobId })).state).toBe('pausing');
    expect(await core.job(jobId)).toMatchObject({ state: 'paused', error: null });
    expect(enginePids('')).toEqual([]);
    const paused = await core.client.runs.get({ id: runId });
    expect(paused.savedStep).toBe(paused.lastMetric?.step);
    await core.client.jobs.resume({ id: jobId });
    expect((await core.job(jobId)).state).toBe('succeeded');
    await expectSameAsUninterrupted(core, runId);
    const { events } = await core.client.runs.get({ id: runId });
    expect(events.map(({ kind, step }) => [kind, step])).toEqual([
      ['paused', paused.savedStep],
      ['resumed', paused.savedStep],
    ]);
    const left = readdirSync(join(core.path('p.lima.d'), 'runs', runId));
    expect(left.filter((name) => !name.startsWith('epoch-'))).toEqual([]);
  });

  test('is forgotten when the project is closed, or cannot be cancelled', async () => {
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

  test('blocks the next run, or starts it twice', async () => {
    await using core = await TestCore.start();
    const { jobId, runId, model, datasetId } = await core.startRun(endlessRecipe);
    const { modelId } = model;
    const next = await core.client.runs.start({ modelId, datasetId, recipe });
    expect((await core.client.jobs.pause({ id: next.jobId })).state).toBe('paused');
    await core.client.jobs.resume({ id: next.jobId });
    await reach(core, runId, 2);
    await core.client.jobs.pause({ id: jobId });
    expect((await core.job(next.jobId)).state).toBe('succeeded');
    expect((await core.job(jobId)).state).toBe('paused');
  });

  test('while it still encodes is trained on, or fails', async () => {
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

test('an import can be paused, which it does not know how to do', async () => {
  await using core = await TestCore.start();
  const path = core.writeLines('many.jsonl', conversations(20_000));
  const { jobId } = await core.client.imports.start({ path });
  expect((await refusalOf(core.client.jobs.pause({ id: jobId }))).code).toBe('INVALID_STATE');
  await core.job(jobId);
});

describe.runIf(canFindEngines)('a run whose trainer was killed', () => {
  test('cannot be resumed, or ends with another adapter or other steps', async () => {
    await using core = await TestCore.start();
    const { jobId, runId } = await core.startRun(recipe);
    for (const step of [8, 30]) {
      await reach(core, runId, step);
      killEngine('trainer');
      expect(await core.job(jobId)).toMatchObject({
        state: 'interrupted',
        error: { code: 'ENGINE_CRASHED' },
      });
      await core.client.jobs.resume({ id: jobId });
      await core.job(jobId, (job) => job.progress?.phase === 'training');
    }
    expect(await core.job(jobId)).toMatchObject({ state: 'succeeded', error: null });
    await expectSameAsUninterrupted(core, runId);
  });
});
