import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, test } from 'vitest';
import { inspectProjectFile } from './inspect-project-file.ts';
import { createProjectFile, openProjectFile } from './open-project-file.ts';
import { applicationId } from './project-header.ts';
import { addSamples } from '../repositories/samples/samples.ts';
import { aProject, aSample } from '../testing/a-project.ts';
import { errorCode } from '../store-error.ts';
import { migrations } from '../migrations/registry.ts';

const codeOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    return errorCode(error);
  }
  return 'no error';
};

test('a closed project is a single file', () => {
  using project = aProject();
  addSamples(project.file.db, [aSample(1)], 'me');
  project.file.close();
  expect(readdirSync(project.folder)).toEqual(['test.lima']);
});

test('a second opener is refused and told which process holds the project', () => {
  using project = aProject();
  const holder = expect.objectContaining({ pid: process.pid });
  expect(() => openProjectFile(project.path)).toThrow(
    expect.objectContaining({ code: 'PROJECT_LOCKED', data: holder }),
  );
});

test('creating a project is refused where a file is already, and leaves that file alone', () => {
  using project = aProject();
  const other = join(project.folder, 'notes.lima');
  writeFileSync(other, 'my notes');
  expect(codeOf(() => createProjectFile(other))).toBe('FILE_EXISTS');
  expect(readFileSync(other, 'utf8')).toBe('my notes');
});

test('creating a project is refused in a folder that does not exist', () => {
  using project = aProject();
  expect(codeOf(() => createProjectFile(join(project.folder, 'no', 'p.lima')))).toBe(
    'FILE_NOT_FOUND',
  );
});

test.each([
  ['an empty file', '', 'PROJECT_INVALID'],
  ['a text file', 'hello, this is no database at all', 'PROJECT_INVALID'],
  ['a short SQLite header', 'SQLite format 3\0abc', 'PROJECT_INVALID'],
])('%s is refused as a project and stays as it is', (_, content, code) => {
  using project = aProject();
  const path = join(project.folder, 'strange.lima');
  writeFileSync(path, content);
  expect(codeOf(() => openProjectFile(path))).toBe(code);
  expect(codeOf(() => inspectProjectFile(path))).toBe(code);
  expect(readFileSync(path, 'latin1')).toBe(content);
});

test('opening a missing file is refused and creates nothing', () => {
  using project = aProject();
  const path = join(project.folder, 'gone.lima');
  expect(codeOf(() => openProjectFile(path))).toBe('FILE_NOT_FOUND');
  expect(existsSync(path)).toBe(false);
});

test('a SQLite file of another program is refused as a project', () => {
  using project = aProject();
  const path = join(project.folder, 'other.lima');
  const other = new Sqlite(path);
  other.exec('CREATE TABLE bookmarks (url TEXT)');
  other.close();
  expect(codeOf(() => openProjectFile(path))).toBe('PROJECT_INVALID');
});

function tamper(path: string, sql: string): void {
  const db = new Sqlite(path);
  db.exec(sql);
  db.close();
}

test.each([
  ['an unknown trigger', 'CREATE TRIGGER evil AFTER INSERT ON vote BEGIN DELETE FROM sample; END'],
  ['an unknown view', 'CREATE VIEW evil AS SELECT * FROM sample'],
  ['an unknown table', 'CREATE TABLE extra (x)'],
  ['a missing index', 'DROP INDEX sample_by_status'],
])('the inspection refuses a project with %s', (_, sql) => {
  using project = aProject();
  project.file.close();
  expect(inspectProjectFile(project.path)).toBe(migrations.length);
  tamper(project.path, sql);
  expect(codeOf(() => inspectProjectFile(project.path))).toBe('PROJECT_INVALID');
});

test('the inspection refuses a project cut in half', () => {
  using project = aProject();
  const samples = Array.from({ length: 500 }, (_, number) => aSample(number));
  addSamples(project.file.db, samples, 'me');
  project.file.close();
  truncateSync(project.path, Math.floor(readFileSync(project.path).length / 2));
  expect(codeOf(() => inspectProjectFile(project.path))).toBe('PROJECT_INVALID');
});

test('a project from a newer version is refused and stays as it is', () => {
  using project = aProject();
  project.file.close();
  tamper(project.path, 'PRAGMA user_version = 99');
  const before = readFileSync(project.path);
  expect(codeOf(() => inspectProjectFile(project.path))).toBe('PROJECT_NEWER');
  expect(codeOf(() => openProjectFile(project.path))).toBe('PROJECT_NEWER');
  expect(readFileSync(project.path).equals(before)).toBe(true);
});

test('the first bytes of the file say that it is a Lima project, and its schema version', () => {
  using project = aProject();
  project.file.close();
  const header = readFileSync(project.path).subarray(0, 100);
  expect([header.readUInt32BE(68), header.readUInt32BE(60)]).toEqual([
    applicationId,
    migrations.length,
  ]);
});
