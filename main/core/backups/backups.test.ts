import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { conversations, refusalOf, TestCore } from '../testing/a-core.ts';
import { rowChecksOf } from '../checksums/row-checks.ts';
import { backupsOf } from './session-backups.ts';

const samples = (core: TestCore, name: string, count: number) =>
  core.import(core.writeLines(`${name}.jsonl`, conversations(count)));

const countNow = async ({ client }: TestCore) =>
  Object.values((await client.project.current())?.samples ?? {}).reduce((a, b) => a + b, 0);

const sessionOf = ({ core }: TestCore) => {
  const { session } = core.context.core;
  if (!session) throw new Error('No project is open');
  return session;
};

const sessionBackups = (core: TestCore) => {
  const backups = backupsOf(sessionOf(core));
  if (!backups) throw new Error('There are no backups');
  return backups;
};

const reasons = async ({ client }: TestCore) =>
  (await client.backups.list({})).backups.map(({ reason }) => reason);

/** Makes a file that nothing can open as a project any more. */
function damage(path: string): void {
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.alloc(8192, 0xaa), 0, 8192, 100);
  closeSync(file);
}

test('a backup is listed with date, size and what it holds, beside what the project holds now', async () => {
  await using core = await TestCore.start();
  await samples(core, 'few', 5);
  const made = await core.client.backups.make();
  await samples(core, 'more', 9);
  const list = await core.client.backups.list({});
  expect(list.folder).toBe(`${core.projectPath}.backups`);
  expect(list.backups).toEqual([made]);
  expect(made).toMatchObject({ reason: 'asked', fault: null, counts: { samples: 5, versions: 5 } });
  expect(Math.abs(made.createdMs - Date.now())).toBeLessThan(60_000);
  expect(made.sizeBytes).toBe(statSync(made.path).size);
  expect(list.now).toMatchObject({ samples: 9, versions: 9 });
});

test('restoring brings back what was, keeps what is as a backup first, and so can be undone', async () => {
  await using core = await TestCore.start();
  await samples(core, 'few', 5);
  const made = await core.client.backups.make();
  await samples(core, 'more', 9);
  const first = await core.client.backups.restore({ path: core.projectPath, name: made.name });
  expect(first.project.samples.pending).toBe(5);
  expect(await countNow(core)).toBe(5);
  const kept = (await core.client.backups.list({})).backups[0];
  expect(kept).toMatchObject({ reason: 'restore', path: first.kept, counts: { samples: 9 } });
  await core.client.backups.restore({ path: core.projectPath, name: kept?.name ?? '' });
  expect(await countNow(core)).toBe(9);
});

test('restoring stops the jobs that run', async () => {
  await using core = await TestCore.start();
  const { name } = await core.client.backups.make();
  const { jobId } = await core.client.imports.start({
    path: core.writeLines('long.jsonl', conversations(50_000)),
  });
  await core.job(jobId, ({ state }) => state === 'running');
  await core.client.backups.restore({ path: core.projectPath, name, stopJobs: true });
  const { jobs } = core.core.context.core.session ?? {};
  expect(jobs?.ongoing).toEqual([]);
  expect(await countNow(core)).toBe(0);
});

/** A closed project of nine samples whose newest backup is damaged, and the one before has five. */
async function withDamagedBackup(core: TestCore): Promise<void> {
  await samples(core, 'few', 5);
  await core.client.backups.make();
  await samples(core, 'more', 9);
  const broken = await core.client.backups.make();
  await core.client.project.close();
  damage(broken.path);
}

test('a project that cannot be opened comes back from its newest whole backup', async () => {
  await using core = await TestCore.start();
  await withDamagedBackup(core);
  damage(core.projectPath);
  const before = readFileSync(core.projectPath);
  const { code } = await refusalOf(core.client.project.open({ path: core.projectPath }));
  expect(code).toBe('PROJECT_INVALID');
  const list = await core.client.backups.list({ path: core.projectPath });
  expect(list.now).toBeNull();
  expect(list.backups[0]?.fault).toMatch(/cannot be opened|is damaged|no SQLite/);
  const { project, kept } = await core.client.backups.restore({ path: core.projectPath });
  expect(project.samples.pending).toBe(5);
  // The damaged file is kept byte by byte: something may still be read from it.
  expect(readFileSync(kept ?? '')).toEqual(before);
});

test('a project whose file is gone comes back from its newest whole backup', async () => {
  await using core = await TestCore.start();
  await withDamagedBackup(core);
  rmSync(core.projectPath);
  const { project, kept } = await core.client.backups.restore({ path: core.projectPath });
  expect([project.samples.pending, kept]).toEqual([5, null]);
});

test('the log of a damaged project is kept with it and never replayed into what is restored', async () => {
  await using core = await TestCore.start();
  await samples(core, 'few', 5);
  const { name } = await core.client.backups.make();
  await core.client.project.close();
  damage(core.projectPath);
  writeFileSync(`${core.projectPath}-wal`, 'a log');
  const { kept } = await core.client.backups.restore({ path: core.projectPath, name });
  expect(readFileSync(`${kept}-wal`, 'utf8')).toBe('a log');
  expect(await countNow(core)).toBe(5);
});

test('a restoring that fails leaves the project open as it was', async () => {
  await using core = await TestCore.start();
  await samples(core, 'few', 5);
  const { name } = await core.client.backups.make();
  const other = core.path('other.lima');
  await core.client.project.create({ path: other });
  await core.client.project.open({ path: core.projectPath });
  const foreign = await refusalOf(
    core.client.backups.restore({ path: core.projectPath, name: other }),
  );
  expect(foreign).toMatchObject({
    code: 'INVALID_INPUT',
    message: expect.stringMatching(/another project/),
  });
  expect(await countNow(core)).toBe(5);
  const missing = await refusalOf(
    core.client.backups.restore({ path: core.projectPath, name: 'nothing.lima' }),
  );
  expect(missing.code).toBe('NOT_FOUND');
  // A folder in the way of the copy.
  mkdirSync(`${core.projectPath}.restore.part`);
  const blocked = await refusalOf(core.client.backups.restore({ path: core.projectPath, name }));
  expect(blocked.message).toMatch(/Move it away/);
  expect(await countNow(core)).toBe(5);
});

test('a hostile file in the folder of backups is shown with its fault and never restored', async () => {
  await using core = await TestCore.start();
  await core.client.backups.make();
  const planted = join(`${core.projectPath}.backups`, '000099-20260101T000000Z-daily.lima');
  writeFileSync(planted, 'no project at all');
  symlinkSync(
    '/etc/hostname',
    join(`${core.projectPath}.backups`, '000098-20260101T000000Z-daily.lima'),
  );
  const { backups } = await core.client.backups.list({});
  expect(backups.map(({ fault }) => fault === null)).toEqual([false, true]);
  const name = '000099-20260101T000000Z-daily.lima';
  const refusal = await refusalOf(core.client.backups.restore({ path: core.projectPath, name }));
  expect(refusal.code).toBe('PROJECT_INVALID');
});

test('backups are made at the first change of a day, hourly while changes come, and not without', async () => {
  await using core = await TestCore.start();
  const hourMs = 3_600_000;
  const backups = sessionBackups(core);
  await backups.check();
  expect(await reasons(core)).toEqual([]);
  await samples(core, 'few', 5);
  await backups.check();
  expect(await reasons(core)).toEqual(['daily']);
  await samples(core, 'more', 9);
  await backups.check();
  expect(await reasons(core)).toEqual(['daily']);
  const { createdMs = 0 } = (await core.client.backups.list({})).backups[0] ?? {};
  const isSameDay = (ms: number) =>
    new Date(ms).toDateString() === new Date(createdMs).toDateString();
  const later = createdMs + 1.5 * hourMs;
  await samples(core, 'third', 13);
  await backups.check(later);
  expect(await reasons(core)).toEqual([isSameDay(later) ? 'hourly' : 'daily', 'daily']);
  // Checksums are written after the rows they are of, and are nobody's work.
  const checks = rowChecksOf(sessionOf(core));
  await checks?.seal();
  expect(checks?.ownChanges).toBeGreaterThan(0);
  await backups.check(later + 48 * hourMs);
  expect(await reasons(core)).toHaveLength(2);
});

test('a closing project makes a backup of what changed, and the next opening of what a kill left', async () => {
  await using core = await TestCore.start();
  await samples(core, 'few', 5);
  await core.client.project.close();
  const closed = await core.client.backups.list({ path: core.projectPath });
  expect(closed.backups.map(({ reason }) => reason)).toEqual(['closing']);
  await core.client.project.open({ path: core.projectPath });
  await samples(core, 'more', 9);
  await core.client.project.close();
  // The last one is a moment old: another would only push out older ones.
  expect((await core.client.backups.list({ path: core.projectPath })).backups).toHaveLength(1);
  await core.client.project.open({ path: core.projectPath });
  await sessionBackups(core).check(Date.now() + 2 * 3_600_000);
  expect((await core.client.backups.list({})).backups[0]?.counts).toMatchObject({ samples: 9 });
});

test('before a large undo there is a backup, and a small one needs none', async () => {
  await using core = await TestCore.start();
  await samples(core, 'many', 2100);
  const reviewed = await core.client.samples.review({
    action: 'accept',
    selection: { filter: {} },
  });
  await core.job(reviewed.jobId ?? '');
  const undone = await core.client.samples.undoReview();
  await core.job(undone.jobId ?? '');
  expect(await reasons(core)).toEqual(['undo']);
  const { backups } = await core.client.backups.list({});
  expect(backups[0]?.counts).toMatchObject({ reviews: 2100 });
  const rows = await core.client.samples.list({ limit: 1 });
  const ids = rows.map(({ id }) => id);
  await core.client.samples.review({ action: 'accept', selection: { ids } });
  await core.client.samples.undoReview();
  expect(await reasons(core)).toEqual(['undo']);
});

test('a backup that fails is told and holds no work', async () => {
  await using core = await TestCore.start();
  writeFileSync(`${core.projectPath}.backups`, 'in the way');
  await samples(core, 'few', 5);
  await sessionBackups(core).check();
  expect((await core.client.project.current())?.backupProblem).toMatch(/Move it away/);
  expect((await core.client.backups.list({})).problem).toMatch(/Move it away/);
  await samples(core, 'more', 9);
  rmSync(`${core.projectPath}.backups`);
  await core.client.backups.make();
  expect((await core.client.project.current())?.backupProblem).toBeNull();
});

test('the folder that a person chose gets the backups of every project', async () => {
  await using core = await TestCore.start();
  const folder = core.path('backups');
  expect((await refusalOf(core.client.backups.setFolder({ folder }))).code).toBe('FILE_NOT_FOUND');
  mkdirSync(folder);
  await core.client.backups.setFolder({ folder });
  const made = await core.client.backups.make();
  expect(made.path.startsWith(`${folder}/p.lima-`)).toBe(true);
  expect(existsSync(`${core.projectPath}.backups`)).toBe(false);
  // A disk that is not there is told, and nothing is made elsewhere.
  renameSync(folder, `${folder}-away`);
  writeFileSync(folder, '');
  expect((await refusalOf(core.client.backups.make())).message).toMatch(/backups/);
});

test('kill -9 at any moment of a backup or a restoring leaves the project and older backups whole', async () => {
  await using core = await TestCore.start();
  await samples(core, 'few', 400);
  await core.client.project.close();
  const script = new URL('../testing/restore-until-killed.ts', import.meta.url).pathname;
  const named = (part: string) => () => {
    try {
      const names = readdirSync(core.folder, { recursive: true, encoding: 'utf8' });
      return names.some((name) => name.includes(part));
    } catch {
      // The child removes folders while they are listed.
      return false;
    }
  };
  let said = '';
  const moments: Record<string, () => boolean> = {
    'a backup is being copied': named('asked.lima.part'),
    'a backup has its name': () => said.includes('made'),
    'the present file is being kept': named('restore.lima.part'),
    'a copy of the backup lies beside the project': named('p.lima.restore.part'),
    'the project was replaced': () => said.includes('restored'),
  };
  for (const [index, [moment, hasCome]] of Object.entries(moments).entries()) {
    said = '';
    const child = spawn(process.execPath, [script, core.folder, core.projectPath], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    const closed = once(child, 'close');
    while (!hasCome() && child.exitCode === null) await wait(2);
    await wait((index % 3) * 7);
    child.kill('SIGKILL');
    await closed;
    expect([moment, child.signalCode]).toEqual([moment, 'SIGKILL']);
    const { backups } = await core.client.backups.list({ path: core.projectPath });
    expect(backups.filter(({ fault }) => fault !== null)).toEqual([]);
    expect(backups.length).toBeGreaterThan(0);
    const project = await core.client.project.open({ path: core.projectPath });
    expect(project.samples.pending).toBe(400);
    await core.client.project.close();
    for (const name of readdirSync(core.folder))
      if (name.endsWith('.part')) rmSync(core.path(name));
    const folder = `${core.projectPath}.backups`;
    for (const name of readdirSync(folder)) if (name.endsWith('.part')) rmSync(join(folder, name));
  }
  // What the kills left half made is gone with the next backup.
  await core.client.project.open({ path: core.projectPath });
  await core.client.backups.make();
  const left = readdirSync(core.folder, { recursive: true, encoding: 'utf8' });
  expect(left.filter((name) => /backups.*part/.test(name))).toEqual([]);
}, 240_000);
