import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openProjectFile } from '../file/open-project-file.ts';
import { describeProjectFile, verifyCopy, verifyProjectFile } from '../file/verify-project.ts';
import { addSamples } from '../repositories/samples/samples.ts';
import { contentCounts } from '../repositories/project/project-counts.ts';
import { schemaVersion } from '../migrations/migrate.ts';
import { aProject, aSample, type TestProject } from '../testing/a-project.ts';
import { writeOldProject } from '../testing/old-project.ts';
import { backupFolder, listBackups, removeOldBackups } from './backup-list.ts';
import { refuseWithoutSpace, writeBackup } from './write-backup.ts';

const numbers = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => aSample(from + index));

const request = ({ file, path }: TestProject) => ({
  db: file.db,
  folder: backupFolder(path, null),
  reason: 'asked' as const,
  verify: verifyCopy,
});

test('a backup is a whole project of its own, of one file, without the lock of the open one', async () => {
  using project = aProject();
  addSamples(project.file.db, numbers(20), 'me');
  const path = await writeBackup(request(project));
  expect(
    readdirSync(`${project.path}.backups`).map((name) => join(`${project.path}.backups`, name)),
  ).toEqual([path]);
  expect(verifyProjectFile(path)).toMatchObject({ counts: { samples: 20, versions: 20 } });
  const opened = openProjectFile(path);
  expect(contentCounts(opened.db)).toEqual(contentCounts(project.file.db));
  opened.close();
});

test('writes of this connection that come in between are in the backup, and it does not begin anew', async () => {
  using project = aProject();
  const { db } = project.file;
  for (let batch = 0; batch < 40; batch += 1) addSamples(db, numbers(250, batch * 250), 'me');
  let next = 100_000;
  let isBackward = false;
  let last = 0;
  const onPages = (done: number) => {
    isBackward ||= done < last;
    last = done;
    addSamples(db, [aSample((next += 1))], 'me');
  };
  const path = await writeBackup({ ...request(project), onPages });
  expect(next).toBeGreaterThan(100_001);
  expect(isBackward).toBe(false);
  expect(describeProjectFile(path).counts.samples).toBe(10_000 + next - 100_000);
});

function damageAndVerify(path: string): void {
  writeFileSync(path, 'x', { flag: 'r+' });
  verifyCopy(path);
}

test('a backup that turns out damaged does not count, and no older one is deleted for it', async () => {
  using project = aProject();
  const folder = backupFolder(project.path, null);
  for (let made = 0; made < 4; made += 1) await writeBackup(request(project));
  const before = readdirSync(folder);
  expect(before).toHaveLength(3);
  await expect(writeBackup({ ...request(project), verify: damageAndVerify })).rejects.toThrow(
    /cannot be opened|no SQLite|not a database/,
  );
  expect(readdirSync(folder)).toEqual(before);
});

test('a backup that is ended leaves nothing behind, and the project goes on', async () => {
  using project = aProject();
  for (let batch = 0; batch < 20; batch += 1)
    addSamples(project.file.db, numbers(250, batch * 250), 'me');
  const ending = new AbortController();
  const onPages = () => ending.abort();
  const ended = writeBackup({ ...request(project), signal: ending.signal, onPages });
  await expect(ended).rejects.toThrow(/abort/i);
  expect(readdirSync(`${project.path}.backups`)).toEqual([]);
  expect(addSamples(project.file.db, [aSample(9_999_999)], 'me')).toBe(1);
});

test('what a kill left in the folder is cleared by the next backup, and what is not ours stays', async () => {
  using project = aProject();
  const folder = backupFolder(project.path, null);
  mkdirSync(folder);
  writeFileSync(join(folder, '000007-20260101T000000Z-hourly.lima.part'), 'half');
  writeFileSync(join(folder, '000007-20260101T000000Z-hourly.lima.part-journal'), 'half');
  writeFileSync(join(folder, 'notes of mine.txt'), 'stays');
  await writeBackup(request(project));
  const names = readdirSync(folder);
  expect(names).toContain('notes of mine.txt');
  expect(names.find((name) => name.endsWith('.lima'))).toMatch(/^000008-/);
  expect(names).toHaveLength(2);
});

test('a folder for backups that is a link is refused, and nothing is written where it leads', async () => {
  using project = aProject();
  const elsewhere = join(project.folder, 'elsewhere');
  mkdirSync(elsewhere);
  symlinkSync(elsewhere, `${project.path}.backups`);
  await expect(writeBackup(request(project))).rejects.toThrow(/is a symbolic link/);
  expect(readdirSync(elsewhere)).toEqual([]);
  writeFileSync(join(elsewhere, '000001-20260101T000000Z-daily.lima'), 'not a backup of it');
  expect(listBackups(`${project.path}.backups`, project.path)).toEqual([]);
});

test('links and foreign files in the folder are no backups', () => {
  using project = aProject();
  const folder = backupFolder(project.path, null);
  mkdirSync(folder);
  symlinkSync(project.path, join(folder, '000001-20260101T000000Z-daily.lima'));
  writeFileSync(join(folder, '000002-20260101T000000Z-strange.lima'), 'x');
  writeFileSync(join(folder, '2-20260101T000000Z-daily.lima'), 'x');
  expect(listBackups(folder, project.path)).toEqual([]);
});

test('projects of one name in a chosen folder keep their backups apart', () => {
  const chosen = '/backups';
  const folders = ['/a/p.lima', '/b/p.lima'].map((path) => backupFolder(path, chosen));
  expect(new Set(folders).size).toBe(2);
  for (const folder of folders) expect(folder).toMatch(/^\/backups\/p\.lima-[0-9a-f]{8}$/);
});

test('the backup before a migration is in the list, at the version that the project had', () => {
  using project = aProject();
  const path = join(project.folder, 'old.lima');
  writeOldProject(path, 5);
  writeFileSync(`${path}.backup-v4`, readFileSync(path));
  const file = openProjectFile(path);
  const newest = schemaVersion(file.db);
  file.close();
  const backups = listBackups(backupFolder(path, null), path);
  expect(backups.map(({ reason }) => reason)).toEqual(['migration', 'migration']);
  expect(describeProjectFile(backups[0]?.path ?? '').schemaVersion).toBe(5);
  // One of an earlier version of this program stays in the list, and is never deleted.
  expect(backups[1]).toMatchObject({ name: 'old.lima.backup-v4', number: 0 });
  expect(newest).toBeGreaterThan(5);
});

test('a migration waits for its backup: without one the project keeps its version', () => {
  using project = aProject();
  const path = join(project.folder, 'old.lima');
  writeOldProject(path, 5);
  writeFileSync(`${path}.backups`, 'in the way');
  expect(() => openProjectFile(path)).toThrow(/\.backups is a file.*Move it away/);
  expect(describeProjectFile(path).schemaVersion).toBe(5);
  expect(existsSync(`${path}.lock`)).toBe(false);
});

test('backups take at most a quarter of what is free: the oldest go, the newest stays', async () => {
  using project = aProject();
  const folder = backupFolder(project.path, null);
  for (let made = 0; made < 3; made += 1) await writeBackup(request(project));
  const sizeBytes = listBackups(folder, project.path)[0]?.sizeBytes ?? 0;
  // Free are as many bytes as make a quarter of all of it two and a half backups.
  expect(removeOldBackups(folder, 7 * sizeBytes)).toHaveLength(1);
  expect(removeOldBackups(folder, 0)).toHaveLength(1);
  expect(removeOldBackups(folder, 0)).toEqual([]);
  expect(listBackups(folder, project.path).map(({ number }) => number)).toEqual([3]);
});

test('a backup that would take more than a quarter of the free disk is refused in a sentence', async () => {
  using project = aProject();
  await expect(refuseWithoutSpace(project.folder, 2 ** 60)).rejects.toThrow(
    /^There is no backup: it would take 1024\.0 PiB of the [\d.]+ [MGT]iB that are free.*choose another folder/,
  );
  await expect(refuseWithoutSpace(project.folder, 4096)).resolves.toBeUndefined();
});
