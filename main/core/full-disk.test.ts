import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { requireSession } from './project/core-state.ts';
import {
  conversations,
  endlessRecipe,
  refusalOf,
  shortRecipe,
  subfolder,
  TestCore,
} from './testing/a-core.ts';
import { canMountDisk, SmallDisk } from './testing/small-disk.ts';

const mebibyte = 2 ** 20;
const pendingIn = async (core: TestCore) => (await core.client.samples.facets()).statuses.pending;

// Without root no disk can be mounted; SQLite's own limit then still stands for a full one.
test('an import into a project that cannot grow fails with DISK_FULL and can be resumed', async () => {
  await using core = await TestCore.start();
  const { db } = requireSession(core.core.context.core).file;
  const pages = Number(db.pragma('page_count', { simple: true }));
  db.pragma(`max_page_count = ${pages + 300}`);
  const path = core.writeLines('many.jsonl', conversations(5000));
  const { jobId } = await core.client.imports.start({ path });
  const job = await core.job(jobId);
  expect(job).toMatchObject({ state: 'failed', error: { code: 'DISK_FULL' } });
  const pending = await pendingIn(core);
  expect(pending).toBeGreaterThan(0);
  db.pragma('max_page_count = 1000000');
  await core.client.jobs.resume({ id: jobId });
  expect((await core.job(jobId)).result).toMatchObject({ read: 5000, duplicates: pending });
});

const isMountable = canMountDisk();
if (!isMountable)
  console.warn('No disk can be mounted here: a disk that is really full is untested');

function mount(): SmallDisk {
  const disk = SmallDisk.mount(64 * mebibyte);
  if (!disk) throw new Error('The disk could be mounted a moment ago');
  return disk;
}

describe.runIf(isMountable)('a disk that is really full', () => {
  test('during an import keeps what was stored, and the project closes and opens', async () => {
    using disk = mount();
    await using core = await TestCore.start({ folder: disk.folder });
    const path = core.writeLines('many.jsonl', conversations(5000));
    disk.fill(mebibyte);
    const { jobId } = await core.client.imports.start({ path });
    expect(await core.job(jobId)).toMatchObject({ error: { code: 'DISK_FULL' } });
    const pending = await pendingIn(core);
    expect(pending).toBeGreaterThan(0);
    await core.client.project.close();
    disk.free();
    await core.client.project.open({ path: core.projectPath });
    expect(await pendingIn(core)).toBe(pending);
    expect((await core.import(path)).result).toMatchObject({ read: 5000, duplicates: pending });
  });

  test('during a run pauses it, and it resumes to the adapter of an undisturbed run', async () => {
    using disk = mount();
    await using core = await TestCore.start({ folder: disk.folder });
    const recipe = { ...endlessRecipe, checkpointEverySteps: 5 };
    const { jobId, runId, model, datasetId } = await core.startRun(recipe);
    await core.reachEpoch(runId, 2);
    disk.fill(0);
    expect(await core.job(jobId)).toMatchObject({ state: 'paused', error: { code: 'DISK_FULL' } });
    const stopped = await core.client.runs.get({ id: runId });
    expect(stopped.checkpoints.length).toBeGreaterThanOrEqual(2);
    for (const { path, sha256 } of stopped.checkpoints)
      expect(createHash('sha256').update(readFileSync(path)).digest('hex')).toBe(sha256);
    disk.free();
    const epoch = Math.ceil(stopped.lastMetric?.epoch ?? 0) + 1;
    const adapterAfter = async (started: { runId: string; jobId: string }) => {
      await core.reachEpoch(started.runId, epoch);
      await core.client.jobs.cancel({ id: started.jobId });
      expect(await core.job(started.jobId)).toMatchObject({ state: 'cancelled' });
      const { checkpoints } = await core.client.runs.get({ id: started.runId });
      return checkpoints.find((checkpoint) => checkpoint.epoch === epoch)?.sha256 ?? 'none';
    };
    await core.client.jobs.resume({ id: jobId });
    const resumed = await adapterAfter({ runId, jobId });
    const whole = await core.client.runs.start({ modelId: model.modelId, datasetId, recipe });
    expect(await adapterAfter(whole)).toBe(resumed);
  });

  test('during the export of a model fails it with DISK_FULL and leaves no part of it', async () => {
    using disk = mount();
    await using core = await TestCore.start();
    const { jobId, runId } = await core.startRun(shortRecipe);
    await core.job(jobId);
    const { checkpoints } = await core.client.runs.get({ id: runId });
    const folder = subfolder(disk.folder, 'out');
    const path = join(folder, 'merged.gguf');
    const request = { checkpointId: checkpoints[0]?.id ?? '', kind: 'merged', path } as const;
    disk.fill(65_536);
    const full = await core.client.runs.export({ ...request, type: 'F16' });
    expect(await core.job(full.jobId)).toMatchObject({
      state: 'failed',
      error: { code: 'DISK_FULL', message: expect.stringContaining(path) },
    });
    expect(readdirSync(folder)).toEqual([]);
    disk.free();
    const { jobId: retryId } = await core.client.runs.export({ ...request, type: 'F16' });
    expect(await core.job(retryId)).toMatchObject({ state: 'succeeded' });
  });

  test('during the export of a dataset leaves the one before untouched', async () => {
    using disk = mount();
    await using core = await TestCore.start();
    const datasetId = await core.freezeDataset(2000);
    const path = join(subfolder(disk.folder, 'out'), 'out.jsonl');
    const write = async () =>
      await core.client.datasets.export({ datasetId, path, format: 'lima' });
    await write();
    const before = readFileSync(path, 'utf8');
    disk.fill(8192);
    expect((await refusalOf(write())).code).toBe('DISK_FULL');
    expect(readFileSync(path, 'utf8')).toBe(before);
    disk.free();
    expect((await write()).sizeBytes).toBe(before.length);
  });
});
