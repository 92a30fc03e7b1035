import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterAll, expect, test } from 'vitest';
import { z } from 'zod';
import { seededUniform } from '../../../shared/domain/seeded-uniform.ts';
import { countRow } from '../columns.ts';
import { all, get, run, withTransaction, type Database } from '../database.ts';
import { openProjectFile } from '../file/open-project-file.ts';
import { insertJob } from '../repositories/jobs.ts';
import {
  advanceBatch,
  cancelBatch,
  closeBatch,
  openBatch,
} from '../repositories/samples/open-batches.ts';
import { addReviews, undoLastBatch } from '../repositories/samples/reviews.ts';
import { addSamples, addVersion, getSample } from '../repositories/samples/samples.ts';
import { listSamples } from '../repositories/samples/sample-list.ts';
import { aProject, aSample, type TestProject } from '../testing/a-project.ts';
import { fillEveryTable } from '../testing/fill-every-table.ts';
import { checkRows, type DamagedGroup } from './check-rows.ts';
import { checksummedTables } from './checksummed-tables.ts';
import { forgetChecksums, sealSomeRows } from './seal-rows.ts';
import { findRows, takeBackRows, wantedRows } from './take-back.ts';

const folder = mkdtempSync(join(tmpdir(), 'lima-checksums-'));
afterAll(() => rmSync(folder, { recursive: true }));

function sealAll(db: Database): void {
  while (sealSomeRows(db, 50));
}

const damageIn = (db: Database): DamagedGroup[] => [...checkRows(db)].filter((found) => !!found);

const samples = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => aSample(from + index));

const groups = (db: Database) =>
  get(db, countRow, 'SELECT count(*) AS n FROM row_checksum')?.n ?? 0;

function sealedProject(count = 300): TestProject {
  const project = aProject();
  const { db } = project.file;
  fillEveryTable(db);
  addSamples(db, samples(count, 1000), 'me');
  addReviews(db, 'accept', { filter: {} }, 'me');
  sealAll(db);
  return project;
}

test('every column of a checksummed table is covered, but for states that change', () => {
  using project = aProject();
  const open = checksummedTables.flatMap(({ name, columns }) =>
    all(
      project.file.db,
      z.object({ name: z.string() }),
      `SELECT name FROM pragma_table_info('${name}')`,
    )
      .map((column) => column.name)
      .filter((column) => !columns.includes(column))
      .map((column) => `${name}.${column}`),
  );
  expect(open).toEqual([
    'sample.status',
    'run.job_id',
    'run.engine',
    'run.total_steps',
    'run.encode_report_json',
    'run.memory_json',
    'run.sequence',
    'study.job_id',
    'study.revealed_ms',
    'evaluation.job_id',
    'evaluation.revealed_ms',
    'judging.job_id',
  ]);
});

test('a project in which nothing was changed by the disk has no damage, whatever was done in it', () => {
  using project = sealedProject();
  const { db } = project.file;
  for (let round = 0; round < 4; round += 1) {
    addSamples(db, samples(40 + round, 5000 + 100 * round), 'me');
    const sample = getSample(db, listSamples(db, {}, { limit: 1 + round }).at(-1)?.id ?? '');
    if (!sample) throw new Error('There is no sample');
    const messages = sample.messages.map((each) => ({ ...each, content: `edit ${round}` }));
    addVersion(db, sample, { messages, author: 'me' });
    addReviews(db, round % 2 ? 'accept' : 'reject', { filter: {} }, 'me');
    undoLastBatch(db, 'me');
    expect(damageIn(db)).toEqual([]);
    sealAll(db);
    expect(damageIn(db)).toEqual([]);
  }
});

test('a last group that is not full grows, so that many short sittings leave few checksums', () => {
  using project = sealedProject(0);
  const { db } = project.file;
  const before = groups(db);
  for (let sitting = 0; sitting < 20; sitting += 1) {
    addSamples(db, samples(1, 9000 + sitting), 'me');
    sealAll(db);
  }
  // Two tables of groups of 32 rows.
  expect(groups(db) - before).toBeLessThanOrEqual(2);
});

// The rows of one batch are read on from where they were: going through them again takes squares.
test('a batch of 200,000 reviews is sealed and checked in pieces, each of some milliseconds', () => {
  using project = aProject();
  const { db } = project.file;
  db.pragma('foreign_keys = OFF');
  withTransaction(db, () =>
    db.exec(`INSERT INTO review_batch VALUES ('b', 'me', NULL, 1, 1);
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 200000)
      INSERT INTO review SELECT 'b', i, 'version of sample ' || i, 'accept', 'pending' FROM n`),
  );
  const began = performance.now();
  sealAll(db);
  const sealed = performance.now();
  expect(damageIn(db)).toEqual([]);
  const checked = performance.now();
  expect(groups(db)).toBe(Math.ceil(200_000 / 512) + 1);
  // Squares would be minutes.
  expect(sealed - began).toBeLessThan(20_000);
  expect(checked - sealed).toBeLessThan(10_000);
});

interface Page {
  name: string;
  pageno: number;
}

const pageRow = z.object({ name: z.string(), pageno: z.number().int() });

function pagesOfText(path: string): { pages: Page[]; pageBytes: number } {
  const db = new Sqlite(path, { readonly: true });
  const listed = checksummedTables.map(({ name }) => `'${name}'`).join(', ');
  const sql: string = `SELECT name, pageno FROM dbstat WHERE name IN (${listed})`;
  const pages = all(db, pageRow, sql, {});
  const pageBytes = Number(db.pragma('page_size', { simple: true }));
  db.close();
  return { pages, pageBytes };
}

/** What the file reads as: every row of every table with checksums. */
function contentOf(db: Database): string {
  return checksummedTables
    .map(({ name, columns }) =>
      JSON.stringify(
        db
          .prepare(`SELECT ${columns.join(', ')} FROM ${name}`)
          .raw()
          .all(),
      ),
    )
    .join('\n');
}

function outcomeOf(path: string, before: string): 'same' | 'noticed' | 'unnoticed' {
  const db = new Sqlite(path, { readonly: true });
  try {
    if (damageIn(db).length > 0) return 'noticed';
    return contentOf(db) === before ? 'same' : 'unnoticed';
  } catch {
    return 'noticed';
  } finally {
    db.close();
  }
}

test('every single flipped bit that changes what people typed is noticed, of 250 at random', () => {
  const project = sealedProject(600);
  const { path } = project;
  const before = contentOf(project.file.db);
  project.file.close();
  const { pages, pageBytes } = pagesOfText(path);
  const bytes = readFileSync(path);
  project[Symbol.dispose]();
  const random = seededUniform(20_261_126);
  const counts = { same: 0, noticed: 0, unnoticed: 0 };
  const flipped = join(folder, 'flipped.lima');
  for (let flip = 0; flip < 250; flip += 1) {
    const page = pages[Math.floor(random() * pages.length)]?.pageno ?? 1;
    const at = (page - 1) * pageBytes + Math.floor(random() * pageBytes);
    const copy = Buffer.from(bytes);
    copy[at] = (copy[at] ?? 0) ^ (1 << Math.floor(random() * 8));
    writeFileSync(flipped, copy);
    counts[outcomeOf(flipped, before)] += 1;
  }
  expect(counts.unnoticed).toBe(0);
  // The rest lie where no row is: the room that pages keep free.
  expect(counts.noticed).toBeGreaterThan(150);
});

/** Changes a text in a closed file as a disk would: the same length, some bits others. */
function rot(path: string, from: string, to: string): void {
  const bytes = readFileSync(path);
  const places: number[] = [];
  for (let at = bytes.indexOf(from); at >= 0; at = bytes.indexOf(from, at + 1)) places.push(at);
  for (const at of places) bytes.write(to, at);
  writeFileSync(path, bytes);
}

test('damaged rows are named, with what they were about, and taken back from a backup', () => {
  using project = sealedProject();
  const { path } = project;
  project.file.close();
  const backup = join(project.folder, 'backup.lima');
  writeFileSync(backup, readFileSync(path));
  rot(path, 'Answer number 1042.', 'Answer nunber 1042.');
  const file = openProjectFile(path);
  const damage = damageIn(file.db);
  expect(damage.map(({ table, rows, missing }) => [table, rows.length, missing])).toEqual([
    ['sample', 1, 0],
    ['sample_version', 1, 0],
  ]);
  expect(damage[1]?.rows[0]?.about).toBe('version 1 of sample “Question number 1042?”');
  const source = new Sqlite(backup, { readonly: true });
  for (const group of damage) {
    const lines = findRows(source, wantedRows(file.db, group));
    expect(lines).toHaveLength(1);
    expect(takeBackRows(file.db, group, lines)).toBe(true);
  }
  source.close();
  expect(damageIn(file.db)).toEqual([]);
  const sample = listSamples(file.db, { query: 'number 1042' }, { limit: 1 })[0];
  expect(getSample(file.db, sample?.id ?? '')?.messages[1]?.content).toBe('Answer number 1042.');
  file.close();
});

test('a row whose key was damaged is taken back too, though the index still has the old one', () => {
  using project = sealedProject();
  const { db } = project.file;
  const id = get(db, z.object({ id: z.string() }), 'SELECT id FROM chat_answer LIMIT 1')?.id ?? '';
  project.file.close();
  const backup = join(project.folder, 'backup.lima');
  writeFileSync(backup, readFileSync(project.path));
  // In the table alone: the index has a copy of its own.
  const bytes = readFileSync(project.path);
  const { pages, pageBytes } = pagesOfText(project.path);
  for (const { name, pageno } of pages.filter((page) => page.name === 'chat_answer')) {
    const at = bytes.indexOf(id, (pageno - 1) * pageBytes);
    if (name && at >= 0 && at < pageno * pageBytes) bytes.write('X', at);
  }
  writeFileSync(project.path, bytes);
  const file = openProjectFile(project.path);
  const [group] = damageIn(file.db);
  if (!group) throw new Error('Nothing was noticed');
  const source = new Sqlite(backup, { readonly: true });
  expect(takeBackRows(file.db, group, findRows(source, wantedRows(file.db, group)))).toBe(true);
  source.close();
  expect(all(file.db, z.unknown(), 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
  file.close();
});

test('rows that no backup has as they were are not written, and stay named', () => {
  using project = sealedProject();
  project.file.close();
  rot(project.path, 'Answer number 1042.', 'Answer nunber 1042.');
  const file = openProjectFile(project.path);
  const damage = damageIn(file.db);
  for (const group of damage) expect(takeBackRows(file.db, group, [])).toBe(false);
  expect(damageIn(file.db)).toHaveLength(damage.length);
  file.close();
});

test('a damaged checksum of whole rows is no damage of them', () => {
  using project = sealedProject();
  run(
    project.file.db,
    "UPDATE row_checksum SET hash = 'f' || substr(hash, 2) WHERE hash NOT LIKE 'f%'",
  );
  expect(damageIn(project.file.db)).toEqual([]);
});

test('an edit of one sample never makes damage of its neighbours look whole', () => {
  using project = sealedProject();
  project.file.close();
  rot(project.path, 'Answer number 1042.', 'Answer nunber 1042.');
  const file = openProjectFile(project.path);
  const neighbour = listSamples(file.db, { query: 'number 1041' }, { limit: 1 })[0];
  const sample = getSample(file.db, neighbour?.id ?? '');
  if (!sample) throw new Error('There is no sample');
  const messages = sample.messages.map((each) => ({ ...each, content: 'edited' }));
  addVersion(file.db, sample, { messages, author: 'me' });
  expect(damageIn(file.db).map(({ table }) => table)).toContain('sample');
  file.close();
});

test('after a change that writes old rows anew, checksums are forgotten and made again', () => {
  using project = sealedProject();
  const { db } = project.file;
  const before = groups(db);
  run(db, "UPDATE vote SET author = 'other'");
  expect(damageIn(db)).not.toEqual([]);
  forgetChecksums(db);
  sealAll(db);
  expect([damageIn(db), groups(db)]).toEqual([[], before]);
});

// Its rows lie between those of other batches, and may all go again.
test.each(['finished', 'taken back'])(
  'a batch of reviews that is made in pieces and %s while rows are sealed is no damage',
  (end) => {
    using project = sealedProject();
    const { db } = project.file;
    const job = insertJob(db, { kind: 'review', title: 'R', subjectId: null, payload: {} });
    openBatch(db, {
      id: 'large',
      jobId: job.id,
      author: 'me',
      total: 300,
      action: 'reject',
      runs: '1:8b',
    });
    const piece = () => advanceBatch(db, 'large', [{ first: 1, length: 300 }], 100);
    piece();
    sealAll(db);
    addReviews(db, 'reset', { seqs: [1, 300] }, 'you');
    sealAll(db);
    piece();
    expect(damageIn(db)).toEqual([]);
    if (end === 'taken back') cancelBatch(db, 'large');
    let last = piece();
    for (; !last.isAtEnd; last = piece()) sealAll(db);
    closeBatch(db, last.batch);
    sealAll(db);
    expect(damageIn(db)).toEqual([]);
    run(db, "UPDATE review SET action = 'reset' WHERE action <> 'reset' AND sample_seq = 250");
    expect(damageIn(db).map(({ table }) => table)).toEqual(expect.arrayContaining(['review']));
  },
);
