import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { refusalOf } from '../testing/a-core.ts';
import {
  copyManySamples,
  openManySamples,
  startReviewing,
  writeManySamples,
} from '../testing/many-samples.ts';

const many = 10_000;
const everything = { filter: {} };
const nobody = { pending: many, accepted: 0, rejected: 0 };
const everybody = { pending: 0, accepted: many, rejected: 0 };

let made = '';
beforeAll(() => {
  made = writeManySamples(many);
});
afterAll(() => rmSync(made, { recursive: true }));

/** A core with many pending samples. */
async function aCoreOfMany() {
  const folder = copyManySamples(made);
  const core = await openManySamples(folder);
  return {
    core,
    client: core.client,
    statuses: async () => (await core.client.samples.facets()).statuses,
    [Symbol.asyncDispose]: async () => {
      await core[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

test('a review of many samples is a job that counts as a whole, and is undone as a whole', async () => {
  await using project = await aCoreOfMany();
  const { core, client } = project;
  const jobId = await startReviewing(core);
  expect(await core.job(jobId)).toMatchObject({
    title: 'Accept 10,000 samples',
    state: 'succeeded',
    result: { changed: many, isUndo: false },
  });
  expect(await project.statuses()).toEqual(everybody);
  expect((await client.project.current())?.samples).toEqual(everybody);
  const undo = await client.samples.undoReview();
  expect(undo).toMatchObject({ changed: null, sampleId: null });
  expect(await core.job(undo.jobId ?? '')).toMatchObject({
    title: 'Undo 10,000 reviews',
    state: 'succeeded',
    result: { changed: many, isUndo: true },
  });
  expect(await project.statuses()).toEqual(nobody);
  expect(await client.samples.undoReview()).toMatchObject({ batchId: null, jobId: null });
});

test('while a batch is half made it cannot be undone, and nothing can be frozen', async () => {
  await using project = await aCoreOfMany();
  const { core, client } = project;
  const jobId = await startReviewing(core);
  const refusals = [client.samples.undoReview(), client.datasets.freeze({ name: 'half' })];
  for (const call of refusals)
    expect(await refusalOf(call)).toMatchObject({
      code: 'INVALID_STATE',
      message: expect.stringContaining('not finished'),
    });
  expect((await core.job(jobId)).state).toBe('succeeded');
});

test('a sample that is reviewed while many are being reviewed keeps that decision', async () => {
  await using project = await aCoreOfMany();
  const { core, client } = project;
  const jobId = await startReviewing(core);
  const [row] = await client.samples.rows({ seqs: [many] });
  const selection = { ids: [row?.id ?? ''] };
  expect(await client.samples.review({ action: 'reject', selection })).toMatchObject({
    changed: 1,
    jobId: null,
  });
  expect((await core.job(jobId)).result).toMatchObject({ changed: many - 1 });
  expect((await client.samples.get({ id: row?.id ?? '' })).status).toBe('rejected');
});

test('cancelling a review of many samples takes back what was made of it', async () => {
  await using project = await aCoreOfMany();
  const { core, client } = project;
  const jobId = await startReviewing(core);
  expect((await client.jobs.cancel({ id: jobId })).state).toBe('cancelling');
  expect((await core.job(jobId)).state).toBe('cancelled');
  expect(await project.statuses()).toEqual(nobody);
  const [first] = await client.samples.list({ limit: 1 });
  expect(await client.samples.history({ id: first?.id ?? '' })).toHaveLength(1);
  expect(await client.samples.undoReview()).toMatchObject({ batchId: null });
});

test.each(['resume', 'cancel'] as const)(
  'a review that kill -9 stopped is interrupted, does not count, and ends whole by %s',
  async (choice) => {
    const folder = copyManySamples(made);
    const script = new URL('../testing/many-samples.ts', import.meta.url).pathname;
    const child = spawn(process.execPath, [script, folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [said] = await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    const jobId = String(said).trim();
    {
      await using core = await openManySamples(folder);
      const { client } = core;
      expect((await client.jobs.list()).find(({ id }) => id === jobId)?.state).toBe('interrupted');
      for (const call of [client.samples.undoReview(), client.datasets.freeze({ name: 'half' })])
        expect(await refusalOf(call)).toMatchObject({ code: 'INVALID_STATE' });
      const [first] = await client.samples.list({ limit: 1 });
      expect(await client.samples.history({ id: first?.id ?? '' })).toHaveLength(1);
      await client.jobs[choice]({ id: jobId });
      const ended = await core.job(jobId);
      expect(ended.state).toBe(choice === 'resume' ? 'succeeded' : 'cancelled');
      const { statuses } = await client.samples.facets();
      expect(statuses).toEqual(choice === 'resume' ? everybody : nobody);
    }
    rmSync(folder, { recursive: true });
  },
);

test('a review goes on after the project was closed in the middle of it', async () => {
  await using project = await aCoreOfMany();
  const { core, client } = project;
  const jobId = await startReviewing(core);
  await client.project.close({ stopJobs: true });
  await client.project.open({ path: core.projectPath });
  expect((await client.jobs.list())[0]?.state).toBe('interrupted');
  await client.jobs.resume({ id: jobId });
  expect((await core.job(jobId)).result).toMatchObject({ changed: many });
  expect(await project.statuses()).toEqual(everybody);
});

test('a second review of many waits for the first and comes after it', async () => {
  await using project = await aCoreOfMany();
  const { core, client } = project;
  const first = await startReviewing(core);
  const second = await client.samples.review({ action: 'reject', selection: everything });
  expect((await core.job(second.jobId ?? '')).result).toMatchObject({ changed: many });
  expect((await core.job(first)).state).toBe('succeeded');
  expect(await project.statuses()).toEqual({ pending: 0, accepted: 0, rejected: many });
});
