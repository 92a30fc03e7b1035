import {
  closeSync,
  copyFileSync,
  openSync,
  readFileSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { statusCounts } from '../repositories/samples/sample-list.ts';
import { addSamples } from '../repositories/samples/samples.ts';
import { aProject, aSample } from '../testing/a-project.ts';
import { inspectProjectFile } from './inspect-project-file.ts';
import { openProjectFile } from './open-project-file.ts';

const many = (from: number) => Array.from({ length: 300 }, (_, number) => aSample(from + number));

/** The files of a project whose log holds 300 samples that the file does not. */
function withLog(): Disposable & { path: string; samples: number } {
  const project = aProject();
  addSamples(project.file.db, many(0), 'me');
  project.file.close();
  const file = openProjectFile(project.path);
  addSamples(file.db, many(300), 'me');
  const path = join(project.folder, 'crashed.lima');
  for (const suffix of ['', '-wal']) copyFileSync(project.path + suffix, path + suffix);
  file.close();
  return { path, samples: 600, [Symbol.dispose]: () => project[Symbol.dispose]() };
}

/** The same with the journal of a transaction whose pages are in the file already. */
function withJournal(): Disposable & { path: string; samples: number } {
  const project = aProject();
  const { db } = project.file;
  addSamples(db, many(0), 'me');
  db.pragma('journal_mode = DELETE');
  // So little memory that pages reach the file before the commit that never comes.
  db.pragma('cache_size = 1');
  db.exec("BEGIN IMMEDIATE; UPDATE sample SET source = source || '-changed'");
  const path = join(project.folder, 'crashed.lima');
  for (const suffix of ['', '-journal']) copyFileSync(project.path + suffix, path + suffix);
  db.exec('ROLLBACK');
  return { path, samples: 300, [Symbol.dispose]: () => project[Symbol.dispose]() };
}

/** Writes over the start of a file. */
function overwrite(path: string, bytes: Buffer): void {
  const file = openSync(path, 'r+');
  writeSync(file, bytes, 0, bytes.length, 0);
  closeSync(file);
}

const torn: Record<string, (path: string) => void> = {
  'is zeros': (path) => overwrite(path, Buffer.alloc(4096)),
  'is zeros in its first sector': (path) => overwrite(path, Buffer.alloc(512)),
  'is noise': (path) => overwrite(path, Buffer.alloc(4096, 0xa5)),
};

describe.each([
  ['log', withLog],
  ['journal', withJournal],
])('a page 1 that a loss of power left unwritten, beside its %s', (kind, make) => {
  test.each(Object.entries(torn))('%s: the project opens with all that was stored', (_, tear) => {
    using crashed = make();
    tear(crashed.path);
    inspectProjectFile(crashed.path);
    const file = openProjectFile(crashed.path);
    expect(statusCounts(file.db).pending).toBe(crashed.samples);
    expect(file.db.pragma('integrity_check')).toEqual([{ integrity_check: 'ok' }]);
    file.close();
  });

  test.each([0, 7, 31, 32, 100, 600])('one that ends after %i bytes is none', (size) => {
    using crashed = make();
    overwrite(crashed.path, Buffer.alloc(4096));
    truncateSync(`${crashed.path}${kind === 'log' ? '-wal' : '-journal'}`, size);
    expect(() => openProjectFile(crashed.path)).toThrow(/is no SQLite file/);
  });
});

test('a log whose first page is damaged tells nothing of page 1', () => {
  using crashed = withLog();
  overwrite(crashed.path, Buffer.alloc(4096));
  const log = readFileSync(`${crashed.path}-wal`);
  log[600] = (log[600] ?? 0) ^ 1;
  writeFileSync(`${crashed.path}-wal`, log);
  expect(() => openProjectFile(crashed.path)).toThrow(/is no SQLite file/);
});
