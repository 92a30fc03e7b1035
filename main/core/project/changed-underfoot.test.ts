import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  conversations,
  endlessRecipe,
  refusalOf,
  shortRecipe,
  subfolder,
  TestCore,
} from '../testing/a-core.ts';

/** A core with a project of four accepted samples in a folder of its own. */
async function coreWithSamples() {
  const core = await TestCore.start({ project: 'none' });
  const folder = subfolder(core.folder, 'place');
  const path = join(folder, 'p.lima');
  await core.client.project.create({ path });
  const datasetId = await core.freezeDataset();
  return { core, folder, path, datasetId };
}

const current = async (core: TestCore) => await core.client.project.current();
const freeze = async (core: TestCore) =>
  await refusalOf(core.client.datasets.freeze({ name: 'another' }));

test('a change by others is told to whoever only looks', async () => {
  const { core, path } = await coreWithSamples();
  await using _ = core;
  const watch = await core.client.project.watch();
  rmSync(path);
  for await (const { topics } of watch)
    if (topics.includes('project') && (await current(core))?.access === 'read') break;
  expect(await current(core)).toMatchObject({
    access: 'read',
    readReason: 'changed-outside',
    notice: expect.stringMatching(/^While the project was open, p\.lima in .* was deleted/),
  });
  expect((await core.client.samples.facets()).statuses.accepted).toBe(4);
});

test('a call that writes is refused with the one code, says what happened and what to do', async () => {
  const { core, path } = await coreWithSamples();
  await using _ = core;
  renameSync(path, `${path}.away`);
  for (const refusal of [await freeze(core), await freeze(core)]) {
    expect(refusal.code).toBe('PROJECT_READ_ONLY');
    expect(refusal.message).toMatch(/Save what is open as a new file and go on in that\.$/);
  }
  expect(await core.client.datasets.list()).toHaveLength(1);
});

test('what is open is saved as a new project, with its adapters, and goes on there', async () => {
  const { core, path, folder } = await coreWithSamples();
  await using _ = core;
  const model = await core.addModel();
  const [dataset] = await core.client.datasets.list();
  const started = await core.client.runs.start({
    modelId: model.modelId,
    datasetId: dataset?.id ?? '',
    recipe: shortRecipe,
  });
  await core.job(started.jobId);
  const bytes = (await core.client.runs.checkpoints()).map((each) => readFileSync(each.path));
  rmSync(path);
  rmSync(`${path}-wal`);
  expect(await freeze(core)).toMatchObject({ code: 'PROJECT_READ_ONLY' });
  const saved = join(folder, 'saved.lima');
  expect(await core.client.project.saveAs({ path: saved })).toMatchObject({
    path: saved,
    access: 'edit',
    readReason: null,
    samples: { accepted: 4 },
    runs: 1,
  });
  const checkpoints = await core.client.runs.checkpoints();
  expect(checkpoints.every((each) => each.path.startsWith(`${saved}.d`))).toBe(true);
  expect(checkpoints.map((each) => readFileSync(each.path))).toEqual(bytes);
  expect(await core.client.datasets.freeze({ name: 'another' })).toMatchObject({ samples: 4 });
  expect(existsSync(path)).toBe(false);
});

test('saving refuses a name that is taken, and can be tried again with another', async () => {
  const { core, path, folder } = await coreWithSamples();
  await using _ = core;
  rmSync(path);
  expect(await freeze(core)).toMatchObject({ code: 'PROJECT_READ_ONLY' });
  const taken = join(folder, 'taken.lima');
  writeFileSync(taken, 'precious');
  mkdirSync(join(folder, 'other.lima.d'));
  for (const name of ['taken.lima', 'other.lima'])
    expect(await refusalOf(core.client.project.saveAs({ path: join(folder, name) }))).toMatchObject(
      { code: 'FILE_EXISTS' },
    );
  expect(readFileSync(taken, 'utf8')).toBe('precious');
  const info = await core.client.project.saveAs({ path: join(folder, 'free') });
  expect(info).toMatchObject({ name: 'free', access: 'edit', samples: { accepted: 4 } });
});

test('a project that takes changes goes on in the new file, and the old one stays as it was', async () => {
  const { core, path, folder } = await coreWithSamples();
  await using _ = core;
  const target = join(folder, 'x.lima');
  expect(await core.client.project.saveAs({ path: target })).toMatchObject({
    path: target,
    access: 'edit',
    samples: { accepted: 4 },
  });
  await core.client.samples.review({ action: 'reject', selection: { filter: {} } });
  const before = await core.client.project.open({ path });
  expect(before).toMatchObject({ path, access: 'edit', samples: { accepted: 4 } });
});

test('a project that cannot be saved anew goes on where it is, and its run can go on', async () => {
  const { core, path, folder, datasetId } = await coreWithSamples();
  await using _ = core;
  const { modelId } = await core.addModel();
  const { jobId, runId } = await core.client.runs.start({
    modelId,
    datasetId,
    recipe: endlessRecipe,
  });
  await core.reachEpoch(runId, 1);
  const taken = join(folder, 'taken.lima');
  writeFileSync(taken, 'precious');
  expect((await refusalOf(core.client.project.saveAs({ path: taken }))).code).toBe('FILE_EXISTS');
  expect(readFileSync(taken, 'utf8')).toBe('precious');
  // A name that is taken is noticed before anything stops.
  expect(await core.client.jobs.get({ id: jobId })).toMatchObject({ state: 'running' });
  expect(await core.client.project.current()).toMatchObject({ path, access: 'edit' });
  const goal = join(folder, 'saved.lima');
  expect((await refusalOf(core.client.project.saveAs({ path: goal }))).code).toBe('JOBS_RUNNING');
  const saved = await core.client.project.saveAs({ path: goal, stopJobs: true });
  expect(saved.access).toBe('edit');
  expect(await core.client.jobs.get({ id: jobId })).toMatchObject({ state: 'interrupted' });
  await core.client.jobs.resume({ id: jobId });
  await core.job(jobId, (job) => job.state === 'running');
  await core.client.jobs.cancel({ id: jobId });
  expect(await core.job(jobId)).toMatchObject({ state: 'cancelled' });
});

test('an import that runs meanwhile is interrupted, and resumes in the new file to its end', async () => {
  const { core, path, folder } = await coreWithSamples();
  await using _ = core;
  const lines = core.writeLines('many.jsonl', conversations(10_000));
  const { jobId } = await core.client.imports.start({ path: lines });
  await core.job(jobId, (job) => (job.progress?.done ?? 0) > 0);
  rmSync(path);
  expect(await core.job(jobId)).toMatchObject({
    state: 'interrupted',
    error: { code: 'PROJECT_READ_ONLY' },
  });
  await core.client.project.saveAs({ path: join(folder, 'saved.lima') });
  await core.client.jobs.resume({ id: jobId });
  expect(await core.job(jobId)).toMatchObject({ state: 'succeeded', result: { read: 10_000 } });
  const { statuses } = await core.client.samples.facets();
  expect(statuses.pending + statuses.accepted).toBe(10_000);
});

test('a run that goes on meanwhile is interrupted, and resumes in the new file from what it had saved', async () => {
  const { core, path, folder, datasetId } = await coreWithSamples();
  await using _ = core;
  const { modelId } = await core.addModel();
  const recipe = { ...endlessRecipe, checkpointEverySteps: 3 };
  const started = await core.client.runs.start({ modelId, datasetId, recipe });
  await core.reachEpoch(started.runId, 2);
  rmSync(path);
  expect(await core.job(started.jobId)).toMatchObject({
    state: 'interrupted',
    error: { code: 'PROJECT_READ_ONLY' },
  });
  await core.client.project.saveAs({ path: join(folder, 'saved.lima') });
  const before = await core.client.runs.get({ id: started.runId });
  expect(before.checkpoints.length).toBeGreaterThanOrEqual(2);
  expect(before.savedStep).toBeGreaterThan(0);
  await core.client.jobs.resume({ id: started.jobId });
  await core.reachEpoch(started.runId, Math.ceil(before.lastMetric?.epoch ?? 0) + 1);
  await core.client.jobs.cancel({ id: started.jobId });
  expect(await core.job(started.jobId)).toMatchObject({ state: 'cancelled' });
});

test('closing without saving keeps what was open in a file beside the one that was taken away', async () => {
  const { core, path, folder } = await coreWithSamples();
  await using _ = core;
  rmSync(path);
  writeFileSync(join(folder, 'p-saved.lima'), 'somebody else’s');
  const savedAs = join(folder, 'p-saved-2.lima');
  expect(await core.client.project.close()).toEqual({ closed: true, savedAs });
  expect((await core.client.project.recent())[0]?.path).toBe(savedAs);
  expect(await core.client.project.open({ path: savedAs })).toMatchObject({
    samples: { accepted: 4 },
    datasets: 1,
    access: 'edit',
  });
});

test('what was open in a folder that is gone is kept in the folder of the settings', async () => {
  const { core, folder } = await coreWithSamples();
  await using _ = core;
  rmSync(folder, { recursive: true });
  const { savedAs } = await core.client.project.close();
  expect(savedAs).toBe(core.path('user/p-saved.lima'));
  expect(await core.client.project.open({ path: savedAs ?? '' })).toMatchObject({ datasets: 1 });
});

test('the end of the program keeps what was open as well', async () => {
  const { core, path, folder } = await coreWithSamples();
  rmSync(path);
  await core.core.close();
  expect(readdirSync(folder)).toContain('p-saved.lima');
  await core[Symbol.asyncDispose]();
});

test('opening another project keeps what was open in the one that was taken away', async () => {
  const { core, path, folder } = await coreWithSamples();
  await using _ = core;
  rmSync(path);
  await core.client.project.create({ path: core.path('next.lima') });
  expect(readdirSync(folder)).toContain('p-saved.lima');
});

test('a project that was replaced opens as the new file, and what was open before is kept', async () => {
  const { core, path, folder } = await coreWithSamples();
  await using _ = core;
  await core.client.project.close();
  copyFileSync(path, core.path('older.lima'));
  await core.client.project.open({ path });
  await core.client.datasets.freeze({ name: 'second' });
  renameSync(core.path('older.lima'), path);
  expect((await core.client.project.open({ path })).datasets).toBe(1);
  const kept = join(folder, 'p-saved.lima');
  expect((await core.client.project.open({ path: kept })).datasets).toBe(2);
});

// Closing a second descriptor of a file gives up every lock that the process has on it.
test('a second name of the open project is the open project', async () => {
  const { core, path } = await coreWithSamples();
  await using _ = core;
  linkSync(path, core.path('other-name.lima'));
  const info = await core.client.project.open({ path: core.path('other-name.lima') });
  expect(info.path).toBe(path);
});

// SQLite would write the pages of the log over the file that took the place of its own.
test('a file that replaced one whose program was killed opens without the log of that one', async () => {
  const { core, path, folder } = await coreWithSamples();
  await using _ = core;
  await core.client.project.close();
  copyFileSync(path, core.path('older.lima'));
  const script = new URL('../../store/testing/write-when-told.ts', import.meta.url).pathname;
  const writer = spawn(process.execPath, [script, path], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: writer.stdout })[Symbol.asyncIterator]();
  await lines.next();
  writer.stdin.write('write\n');
  await lines.next();
  writer.kill('SIGKILL');
  await once(writer, 'exit');
  renameSync(core.path('older.lima'), path);
  const info = await core.client.project.open({ path });
  expect(info).toMatchObject({
    access: 'edit',
    samples: { accepted: 4 },
    notice: expect.stringMatching(/^This project was not closed .* p\.lima was replaced or copied/),
  });
  expect(readdirSync(folder)).toContain('p.lima-wal.aside');
});
