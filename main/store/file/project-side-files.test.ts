import {
  copyFileSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, test } from 'vitest';
import { listJobs } from '../repositories/jobs.ts';
import { seededUniform } from '../../../shared/domain/seeded-uniform.ts';
import { addSamples } from '../repositories/samples/samples.ts';
import { aProject, aSample, type TestProject } from '../testing/a-project.ts';
import { stampOf } from './file-state.ts';
import { fillEveryTable } from '../testing/fill-every-table.ts';
import { writeOldProject } from '../testing/old-project.ts';
import { inspectProjectFile } from './inspect-project-file.ts';
import { createProjectFile, openProjectFile } from './open-project-file.ts';

/** A closed project, and a file of somebody's that lies elsewhere. */
function closedProject(): TestProject & { victim: string; names: () => string[] } {
  const project = aProject();
  project.file.close();
  mkdirSync(join(project.folder, 'elsewhere'));
  const victim = join(project.folder, 'elsewhere', 'victim');
  writeFileSync(victim, 'precious');
  const names = () => readdirSync(project.folder, { recursive: true, encoding: 'utf8' }).toSorted();
  return { ...project, victim, names };
}

const sentence = (path: string) =>
  expect.objectContaining({
    code: 'PROJECT_INVALID',
    message: expect.stringMatching(/(Move it away|Replace it).*, then try again\./),
    data: { path },
  });

const suffixes = ['.lock', '-wal', '-shm', '-journal', '.d', '.d/runs', '.d/runs/r/a.gguf'];
const plants: Record<string, (victim: string, path: string) => void> = {
  'a link to a file': symlinkSync,
  'a link to nowhere': (victim, path) => symlinkSync(`${victim}-gone`, path),
  'a link to a folder': (victim, path) => symlinkSync(join(victim, '..'), path),
};
const cases = suffixes.flatMap((suffix) => Object.keys(plants).map((kind) => ({ suffix, kind })));

test.each(cases)('a project is refused when $suffix beside it is $kind', ({ suffix, kind }) => {
  using project = closedProject();
  const path = project.path + suffix;
  mkdirSync(join(path, '..'), { recursive: true });
  plants[kind]?.(project.victim, path);
  const before = project.names();
  expect(() => inspectProjectFile(project.path)).toThrow(sentence(path));
  expect(() => openProjectFile(project.path)).toThrow(sentence(path));
  expect(project.names()).toEqual(before);
  expect(readFileSync(project.victim, 'utf8')).toBe('precious');
  expect(lstatSync(path).isSymbolicLink()).toBe(true);
});

test.each(['-wal', '-shm', '-journal', '.lock'])(
  'a project is refused when %s beside it is a second name of another file, or a folder',
  (suffix) => {
    using project = closedProject();
    linkSync(project.victim, project.path + suffix);
    expect(() => openProjectFile(project.path)).toThrow(sentence(project.path + suffix));
    rmSync(project.path + suffix);
    mkdirSync(project.path + suffix);
    expect(() => openProjectFile(project.path)).toThrow(sentence(project.path + suffix));
    expect(readFileSync(project.victim, 'utf8')).toBe('precious');
  },
);

// By its documentation SQLite deletes a super-journal that no journal needs any more.
test('a project is refused when its rollback journal names another file', () => {
  using project = closedProject();
  const journal = `${project.path}-journal`;
  writeFileSync(journal, superJournal(project.victim, statSync(project.path).size));
  const refused = expect.objectContaining({
    code: 'PROJECT_INVALID',
    message: expect.stringMatching(/-journal is not a journal of this program: .*Move it away/),
  });
  expect(() => inspectProjectFile(project.path)).toThrow(refused);
  expect(() => openProjectFile(project.path)).toThrow(refused);
  expect(readFileSync(project.victim, 'utf8')).toBe('precious');
});

function superJournal(victim: string, sizeBytes: number): Buffer {
  const magic = Buffer.from('d9d505f920a163d7', 'hex');
  const pageBytes = 4096;
  const header = Buffer.alloc(512);
  magic.copy(header);
  for (const [index, value] of [0, 1, sizeBytes / pageBytes, 512, pageBytes].entries())
    header.writeUInt32BE(value, 8 + 4 * index);
  const name = Buffer.from(victim);
  const numbers = Buffer.alloc(8);
  numbers.writeUInt32BE(name.length, 0);
  numbers.writeUInt32BE(
    name.reduce((sum, byte) => sum + byte, 0),
    4,
  );
  const page = Buffer.alloc(4);
  page.writeUInt32BE(0x40000000 / pageBytes + 1);
  return Buffer.concat([header, page, name, numbers, magic]);
}

test('a new project is refused where a link has its name, also one that leads nowhere', () => {
  using project = closedProject();
  const path = join(project.folder, 'new.lima');
  symlinkSync(join(project.folder, 'elsewhere', 'made.lima'), path);
  expect(() => createProjectFile(path)).toThrow(expect.objectContaining({ code: 'FILE_EXISTS' }));
  expect(readdirSync(join(project.folder, 'elsewhere'))).toEqual(['victim']);
});

test('a backup before a migration is not written where a link leads', () => {
  using project = closedProject();
  const path = join(project.folder, 'old.lima');
  writeOldProject(path, 5);
  symlinkSync(join(project.folder, 'elsewhere'), `${path}.backups`);
  const before = readFileSync(path);
  expect(() => openProjectFile(path)).toThrow(/backups is a symbolic link.*Move it away/);
  expect(readdirSync(join(project.folder, 'elsewhere'))).toEqual(['victim']);
  expect(existsSync(`${path}.lock`)).toBe(false);
  const db = new Sqlite(path, { readonly: true });
  expect(db.pragma('user_version', { simple: true })).toBe(5);
  db.close();
  expect(before.length).toBe(statSync(path).size);
});

test.each(['WAL', 'DELETE'])('a project with the %s of a crash is inspected as it is', (mode) => {
  using project = closedProject();
  const crashed = join(project.folder, 'crashed.lima');
  const db = new Sqlite(project.path);
  db.pragma(`journal_mode = ${mode}`);
  // So small a cache writes to the file before the commit, and so needs the journal.
  for (const pragma of ['cache_size = 1', 'cache_spill = 1']) db.pragma(pragma);
  db.exec('BEGIN');
  fillEveryTable(db);
  if (mode === 'WAL') db.exec('COMMIT');
  expect(statSync(project.path + (mode === 'WAL' ? '-wal' : '-journal')).size).toBeGreaterThan(
    4096,
  );
  for (const suffix of ['', '-wal', '-journal'])
    if (existsSync(project.path + suffix)) copyFileSync(project.path + suffix, crashed + suffix);
  db.close();
  const before = project.names();
  expect(inspectProjectFile(crashed)).toBeGreaterThan(0);
  expect(project.names()).toEqual(before);
  const file = openProjectFile(crashed);
  expect(listJobs(file.db).length > 0).toBe(mode === 'WAL');
  file.close();
  expect(project.names().filter((name) => name.startsWith('crashed'))).toEqual(['crashed.lima']);
});

test('files that were swapped between the inspection and the opening are not opened', () => {
  using project = closedProject();
  using other = closedProject();
  const inspected = stampOf(project.path);
  const before = readFileSync(other.path);
  renameSync(other.path, project.path);
  expect(() => openProjectFile(project.path, undefined, inspected)).toThrow(
    expect.objectContaining({
      code: 'PROJECT_INVALID',
      message: expect.stringMatching(/was written to or replaced while it was being opened/),
    }),
  );
  expect(readFileSync(project.path).equals(before)).toBe(true);
  openProjectFile(project.path, undefined, stampOf(project.path)).close();
});

test('a file that lay elsewhere while another one was inspected is not opened', () => {
  using project = closedProject();
  const inspected = stampOf(project.path);
  renameSync(project.path, `${project.path}.away`);
  renameSync(`${project.path}.away`, project.path);
  expect(() => openProjectFile(project.path, undefined, inspected)).toThrow(
    /was written to or replaced while it was being opened/,
  );
});

/** A project whose log lies beside it, as after a kill. */
function withLog() {
  const project = closedProject();
  const file = openProjectFile(project.path);
  addSamples(file.db, [aSample(1)], 'me');
  for (const suffix of ['', '-wal'])
    copyFileSync(project.path + suffix, `${project.path}.x${suffix}`);
  file.close();
  for (const suffix of ['', '-wal'])
    renameSync(`${project.path}.x${suffix}`, project.path + suffix);
  return project;
}

test('an inspection removes the shared memory that it made, also beside what a link leads to', () => {
  using project = withLog();
  const link = join(project.folder, 'elsewhere', 'link.lima');
  symlinkSync(project.path, link);
  for (const path of [project.path, link]) {
    const before = project.names();
    inspectProjectFile(path);
    expect(project.names()).toEqual(before);
  }
});

test('an inspection leaves shared memory that it did not make', () => {
  using project = withLog();
  const reader = new Sqlite(project.path);
  reader.prepare('SELECT count(*) FROM sample').get();
  const { ino } = statSync(`${project.path}-shm`);
  inspectProjectFile(project.path);
  expect(statSync(`${project.path}-shm`).ino).toBe(ino);
  reader.close();
});

// An empty log beside a file used to be taken for a sign that SQLite had to recover it unseen.
test('of many damaged files none opens, with an empty log beside it or without', () => {
  using project = aProject();
  fillEveryTable(project.file.db);
  addSamples(
    project.file.db,
    Array.from({ length: 300 }, (_, number) => aSample(100 + number)),
    'me',
  );
  project.file.close();
  const whole = readFileSync(project.path);
  const uniform = seededUniform(5);
  const path = join(project.folder, 'damaged.lima');
  let refused = 0;
  for (let number = 0; number < 120; number += 1) {
    const bytes = Buffer.from(whole);
    // A page written over: what a bad block, a cut copy or a careless program leaves.
    const page = 1 + Math.floor(uniform() * (whole.length / 4096 - 1));
    bytes.fill(0xa5, page * 4096, (page + 1) * 4096);
    writeFileSync(path, bytes);
    const outcomes = ['', 'empty'].map((log) => {
      rmSync(`${path}-wal`, { force: true });
      if (log) writeFileSync(`${path}-wal`, '');
      try {
        inspectProjectFile(path);
        return 'opens';
      } catch {
        return 'refused';
      }
    });
    expect(outcomes[1]).toBe(outcomes[0]);
    if (outcomes[0] === 'refused') refused += 1;
  }
  // A page of the list of free pages can hold anything.
  expect(refused).toBeGreaterThan(110);
});
