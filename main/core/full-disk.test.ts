import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { requireSession } from './core-state.ts';
import { conversations, endlessRecipe, refusalOf, subfolder, TestCore } from './testing/a-core.ts';
import { canMountDisk, SmallDisk } from './testing/small-disk.ts';

const mebibyte = 2 ** 20;
const pendingIn = async (core: TestCore) => (await core.client.samples.facets()).statuses.pending;

// Without root no disk can be mounted; SQLite's own limit then still stands for a full one.
test('a project that cannot grow loses what an import had stored, or says INTERNAL', async () => {
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
  test('during an import loses samples, or keeps the project from being closed', async () => {
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

  test('during a run takes finished epochs with it, or stops it for good', async () => {
    using disk = mount();
    await using core = await TestCore.start({ folder: disk.folder });
    const recipe = { ...endlessRecipe, epochs: 20, checkpointEverySteps: 5 };
    const { jobId, runId, model, datasetId } = await core.startRun(recipe);
    for await (const { metrics } of await core.client.runs.metrics({ runId }))
      if (metrics.some((metric) => metric.epoch > 2)) break;
    disk.fill(0);
    expect(await core.job(jobId)).toMatchObject({ state: 'paused', error: { code: 'DISK_FULL' } });
    const { checkpoints } = await core.client.runs.get({ id: runId });
    expect(checkpoints.length).toBeGreaterThanOrEqual(2);
    for (const { path, sha256 } of checkpoints)
      expect(createHash('sha256').update(readFileSync(path)).digest('hex')).toBe(sha256);
    disk.free();
    await core.client.jobs.resume({ id: jobId });
    expect(await core.job(jobId)).toMatchObject({ state: 'succeeded', error: null });
    const again = await core.client.runs.start({ modelId: model.modelId, datasetId, recipe });
    await core.job(again.jobId);
    const runs = await core.client.runs.list();
    const [whole, resumed] = runs.map((run) => run.checkpoints.at(-1)?.sha256);
    expect(resumed).toBe(whole);
  });

  test('leaves half an export, or overwrites the one before with it', async () => {
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
