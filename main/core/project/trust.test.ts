import { copyFileSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { createProjectFile, openProjectFile } from '../../store/file/open-project-file.ts';
import { fillEveryOldTable, fillEveryTable } from '../../store/testing/fill-every-table.ts';
import { writeOldProject } from '../../store/testing/old-project.ts';
import { refusalOf, subfolder, TestCore } from '../testing/a-core.ts';
import { folderState } from '../testing/folder-state.ts';

/** A project with rows in every table that was made by no core of this folder. */
function writeForeignProject(core: TestCore, name = 'foreign.lima'): string {
  const path = join(subfolder(core.folder, 'place'), name);
  const file = createProjectFile(path);
  fillEveryTable(file.db);
  file.close();
  return path;
}

test('a project made elsewhere is open for reading until it is trusted, and then for good', async () => {
  await using core = await TestCore.start({ project: 'none' });
  const path = writeForeignProject(core);
  const before = folderState(dirname(path));
  expect(await core.client.project.open({ path })).toMatchObject({
    access: 'read',
    readReason: 'not-trusted',
  });
  expect((await refusalOf(core.client.datasets.freeze({ name: 'x' }))).code).toBe(
    'PROJECT_READ_ONLY',
  );
  expect((await core.client.samples.list({})).length).toBeGreaterThan(0);
  await core.client.project.contents();
  expect(folderState(dirname(path))).toEqual(before);
  await core.client.project.close();
  expect(folderState(dirname(path))).toEqual(before);
  await core.client.project.open({ path });
  expect(await core.client.project.trust()).toMatchObject({ access: 'edit', readReason: null });
  await core.client.project.close();
  await using later = await TestCore.start({ folder: core.folder, project: 'none' });
  expect((await later.client.project.open({ path })).access).toBe('edit');
});

test('what it contains tells who wrote how much and when, and what it names outside of itself', async () => {
  await using core = await TestCore.start({ project: 'none' });
  await core.client.project.open({ path: writeForeignProject(core) });
  const contents = await core.client.project.contents();
  const me = contents.authors.find(({ author }) => author === 'me');
  expect(me).toMatchObject({ samples: 4, reviews: 7, votes: 4, datasets: 1 });
  expect(Number(me?.firstMs)).toBeGreaterThan(contents.createdMs - 1);
  expect(contents.authors.map(({ author }) => author)).toEqual(['me', 'you', 'rule']);
  expect(contents.datasets).toMatchObject([{ name: 'd', author: 'me' }]);
  expect(contents.models).toEqual([{ name: 'm', path: '/m.gguf' }]);
  expect(contents.jobs).toMatchObject([
    { kind: 'generate', title: 'G' },
    { kind: 'train', title: 'T', state: 'paused', paths: ['/m.gguf'] },
  ]);
  await core.client.project.trust();
  expect(await core.client.project.contents()).toEqual(contents);
});

test('an older project made elsewhere is read without being brought forward, and is once it is trusted', async () => {
  await using core = await TestCore.start({ project: 'none' });
  const path = join(subfolder(core.folder, 'place'), 'old.lima');
  writeOldProject(path, 6, fillEveryOldTable);
  const before = folderState(dirname(path));
  const info = await core.client.project.open({ path });
  expect(info).toMatchObject({ readReason: 'not-trusted', schemaVersion: 6 });
  expect((await core.client.samples.list({})).length).toBe(
    info.samples.pending + info.samples.accepted + info.samples.rejected,
  );
  expect((await core.client.project.contents()).authors.length).toBeGreaterThan(0);
  await core.client.project.close();
  expect(folderState(dirname(path))).toEqual(before);
  await core.client.project.open({ path });
  const trusted = await core.client.project.trust();
  expect(trusted).toMatchObject({ access: 'edit', samples: info.samples });
  expect(trusted.schemaVersion).toBeGreaterThan(6);
});

test('a project made here is trusted by itself, also when it was moved or copied', async () => {
  await using core = await TestCore.start();
  await core.client.project.close();
  const copy = core.path('copy.lima');
  copyFileSync(core.projectPath, copy);
  mkdirSync(core.path('elsewhere'));
  const moved = core.path('elsewhere/moved.lima');
  renameSync(core.projectPath, moved);
  for (const path of [copy, moved])
    expect((await core.client.project.open({ path })).access).toBe('edit');
});

test('a project that comes to the place of one made here is asked about', async () => {
  await using core = await TestCore.start();
  await core.client.project.close();
  const foreign = writeForeignProject(core);
  renameSync(foreign, core.projectPath);
  const info = await core.client.project.open({ path: core.projectPath });
  expect(info).toMatchObject({ access: 'read', readReason: 'not-trusted' });
});

test('a project that two people look at is not opened for changes under the other’s eyes', async () => {
  await using core = await TestCore.start({ project: 'none' });
  const path = writeForeignProject(core);
  await core.client.project.open({ path });
  await using other = await TestCore.start({ project: 'none' });
  expect((await other.client.project.open({ path })).readReason).toBe('not-trusted');
  expect((await refusalOf(core.client.project.trust())).code).toBe('PROJECT_LOCKED');
});

/** A trusted project from elsewhere: its paused run trains on a model that lies beside it. */
async function openTrusted(core: TestCore): Promise<{ runJob: string; modelPath: string }> {
  await core.client.project.open({ path: writeForeignProject(core) });
  await core.client.project.trust();
  const job = (await core.client.jobs.list()).find(({ kind }) => kind === 'train');
  return { runJob: job?.id ?? '', modelPath: '/m.gguf' };
}

test('a job from elsewhere goes on only after a person saw its kind and paths', async () => {
  await using core = await TestCore.start({ project: 'none' });
  const { runJob: id, modelPath } = await openTrusted(core);
  await expect(core.client.jobs.resume({ id })).rejects.toMatchObject({
    code: 'JOB_FROM_ELSEWHERE',
    message: expect.stringMatching(/“T” \(train\) was not started on this machine.*\/m\.gguf/),
    data: { id, kind: 'train', paths: modelPath },
  });
  expect((await core.client.jobs.get({ id })).state).toBe('paused');
  await core.client.jobs.resume({ id, isConfirmed: true });
  expect(await core.job(id)).toMatchObject({ state: 'failed', error: { code: 'MODEL_MISSING' } });
  // What was confirmed once is not asked about again.
  expect((await core.client.jobs.resume({ id })).state).not.toBe('failed');
});

test('a job that was started here goes on without asking, also in another process, until its payload is changed', async () => {
  await using core = await TestCore.start();
  const { jobId } = await core.client.imports.start({ path: core.path('none.jsonl') });
  await core.job(jobId);
  await core.core.close();
  await using later = await TestCore.start({ folder: core.folder, project: 'open' });
  await later.client.jobs.resume({ id: jobId });
  await later.job(jobId);
  await later.client.project.close();
  const file = openProjectFile(later.projectPath);
  file.db.exec(`UPDATE job SET payload_json = json_set(payload_json, '$.path', '/etc/passwd')`);
  file.close();
  await later.client.project.open({ path: later.projectPath });
  expect(await refusalOf(later.client.jobs.resume({ id: jobId }))).toMatchObject({
    code: 'JOB_FROM_ELSEWHERE',
    message: expect.stringContaining('/etc/passwd'),
  });
});

test('the file of a model from elsewhere is not touched until a person shows where it is', async () => {
  await using core = await TestCore.start({ project: 'none' });
  await openTrusted(core);
  const [model] = await core.client.models.list();
  const refusal = await refusalOf(
    core.client.runs.planMemory({ modelId: model?.id ?? '', recipe: {} }),
  );
  expect(refusal.code).toBe('PATH_FROM_ELSEWHERE');
  expect(refusal.message).toContain('/m.gguf, and nobody on this machine did. Show where it is');
});

test('a model that lies where the project says is used once a person has shown it', async () => {
  await using first = await TestCore.start();
  const { path, modelId } = await first.addModel();
  await first.core.close();
  await using core = await TestCore.start({ project: 'none' });
  await core.client.project.open({ path: first.projectPath });
  await core.client.project.trust();
  expect(await core.client.models.list()).toMatchObject([
    { path, isFromElsewhere: true, isMissing: true },
  ]);
  const { jobId } = await core.client.models.relocate({ id: modelId, path });
  expect((await core.job(jobId)).state).toBe('succeeded');
  expect(await core.client.models.list()).toMatchObject([
    { id: modelId, path, isFromElsewhere: false, isMissing: false },
  ]);
});

test('a backup of a project that was never trusted is restored without trusting it or bringing it forward', async () => {
  await using core = await TestCore.start({ project: 'none' });
  const path = join(subfolder(core.folder, 'place'), 'old.lima');
  writeOldProject(path, 6, fillEveryOldTable);
  const backup = core.path('backup.lima');
  copyFileSync(path, backup);
  const before = readFileSync(path);
  const restored = await core.client.backups.restore({ path, name: backup });
  expect(restored.project).toMatchObject({ access: 'read', readReason: 'not-trusted' });
  expect(restored.kept).not.toBeNull();
  expect(readFileSync(path).equals(before)).toBe(true);
  expect((await refusalOf(core.client.datasets.freeze({ name: 'x' }))).code).toBe(
    'PROJECT_READ_ONLY',
  );
});

test('a project that is only read is still only read after restoring another one failed', async () => {
  await using core = await TestCore.start({ project: 'none' });
  const path = writeForeignProject(core);
  await core.client.project.open({ path });
  const other = writeForeignProject(core, 'other.lima');
  const before = folderState(dirname(path));
  // A copy of another project is no backup of this one.
  const name = core.path('strange.lima');
  const strange = createProjectFile(name);
  strange.close();
  const restoring = core.client.backups.restore({ path: other, name });
  expect((await refusalOf(restoring)).message).toContain('backup of another project');
  expect(await core.client.project.current()).toMatchObject({ path, readReason: 'not-trusted' });
  expect(folderState(dirname(path))).toEqual(before);
});
