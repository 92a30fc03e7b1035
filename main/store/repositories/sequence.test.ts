import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { all, get, run, withTransaction, type Database } from '../database.ts';
import { orderedTables } from '../file/foreign-order.ts';
import { inspectProjectFile } from '../file/inspect-project-file.ts';
import { openProjectFile, openProjectForReading } from '../file/open-project-file.ts';
import { inPlace } from '../file/reading-place.ts';
import { verifyProjectFile } from '../file/verify-project.ts';
import { aProject } from '../testing/a-project.ts';
import { fillEveryTable } from '../testing/fill-every-table.ts';
import { writeOneOfEach } from '../testing/write-one-of-each.ts';
import { comparisonCounts, comparisonsOf } from './comparisons.ts';
import { listDatasets } from './datasets.ts';
import { listEvaluations } from './evaluations.ts';
import { listJobs } from './jobs.ts';
import { listModels } from './models.ts';
import { listPromptSets } from './prompt-sets.ts';
import { sampleHistory, undoLastBatch } from './samples/reviews.ts';
import { listRuns, runEvents } from './runs.ts';
import { listSamples, statusCounts } from './samples/sample-list.ts';
import { nextSequence } from './sequence.ts';
import { castVoteOf, lastVoteOf, standingVotes } from './votes.ts';

const writer = new URL('../testing/write-one-of-each.ts', import.meta.url).pathname;
const yearsAheadMs = 1e12;

/** A full project to which a process has written whose clock is 30 years ahead of ours. */
function projectFromTheFuture() {
  const project = aProject();
  fillEveryTable(project.file.db);
  project.file.close();
  const clock = `const now = Date.now; Date.now = () => now() + ${yearsAheadMs}`;
  const options = ['--import', `data:text/javascript,${encodeURIComponent(clock)}`];
  execFileSync(process.execPath, [...options, writer, project.path, 'ahead']);
  const file = openProjectFile(project.path);
  return {
    db: file.db,
    [Symbol.dispose]: () => {
      file.close();
      project[Symbol.dispose]();
    },
  };
}

const idRow = z.object({ id: z.string(), createdMs: z.number() });
function lastById(db: Database, table: string): z.infer<typeof idRow> | undefined {
  const sql: string = `SELECT id, created_ms AS createdMs FROM "${table}" ORDER BY id DESC LIMIT 1`;
  return get(db, idRow, sql, {});
}

const newestNames = (rows: { name: string }[]) => rows.slice(0, 2).map(({ name }) => name);

test('of two votes the later one counts, though its id and time are earlier', () => {
  using project = projectFromTheFuture();
  const { db } = project;
  const future = lastById(db, 'vote');
  expect(future?.createdMs).toBeGreaterThan(Date.now() + yearsAheadMs / 2);
  writeOneOfEach(db, 'later', 'right');
  expect(lastById(db, 'vote')).toEqual(future);
  const comparisonId = comparisonsOf(db, 'e')[0]?.id ?? '';
  expect(castVoteOf(db, comparisonId, { author: 'me' })?.shown).toBe('right');
  expect(lastVoteOf(db, 'e', 'me')?.shown).toBe('right');
  expect(standingVotes(db, 'e').map(({ author, shown }) => `${author} ${shown}`)).toEqual([
    'rule neither',
    'rule neither',
    'me right',
  ]);
  expect(comparisonCounts(db, 'e').voted).toBe(2);
});

test('undo takes the batch made last, though its id and time are earlier', () => {
  using project = projectFromTheFuture();
  const { db } = project;
  const statusOf = () => listSamples(db, {}, { limit: 1 })[0]?.status;
  const future = lastById(db, 'review_batch');
  writeOneOfEach(db, 'later', 'right');
  expect(lastById(db, 'review_batch')).toEqual(future);
  expect(statusOf()).toBe('accepted');
  expect(undoLastBatch(db, 'me').ids).toHaveLength(1);
  expect(statusOf()).toBe('rejected');
  expect(undoLastBatch(db, 'me').ids).toHaveLength(1);
  expect(statusCounts(db)).toEqual({ pending: 0, accepted: 2, rejected: 1 });
});

test('lists and histories stay in the order of what happened when the clock is set back', () => {
  using project = projectFromTheFuture();
  const { db } = project;
  writeOneOfEach(db, 'later', 'right');
  for (const list of [listDatasets, listEvaluations, listPromptSets, listRuns])
    expect(newestNames(list(db))).toEqual(['later', 'ahead']);
  expect(listModels(db).map(({ path }) => path)).toEqual(['/later.gguf', '/ahead.gguf', '/m.gguf']);
  expect(listJobs(db, 2).map(({ title }) => title)).toEqual(['ahead', 'later']);
  expect(runEvents(db, 'r').map(({ message }) => message)).toEqual([
    'was paused',
    'was resumed',
    'was damaged',
    'was warning',
    'ahead',
    'later',
  ]);
  expect(
    sampleHistory(db, 1)
      .slice(-4)
      .map(({ text }) => text),
  ).toEqual(['reject', 'version 3', 'accept', 'version 4']);
});

test('a row of every ordered table takes a number above all that were given', () => {
  using project = aProject();
  const { db } = project.file;
  run(db, 'UPDATE project SET last_sequence = 1000');
  fillEveryTable(db);
  const tables = orderedTables(db);
  expect(tables.length).toBeGreaterThanOrEqual(12);
  for (const table of tables) {
    const sql: string = `SELECT min(sequence) AS place FROM "${table}"`;
    expect([table, (get(db, placeRow, sql, {})?.place ?? 0) > 1000]).toEqual([table, true]);
  }
});

const placeRow = z.object({ place: z.number() });

test('a number that was given is never given again, also when its row was taken back', () => {
  using project = aProject();
  const { db } = project.file;
  const take = () => withTransaction(db, () => nextSequence(db));
  const first = take();
  expect(() =>
    withTransaction(db, () => {
      expect(nextSequence(db)).toBe(first + 1);
      throw new Error('taken back');
    }),
  ).toThrow('taken back');
  expect(take()).toBe(first + 1);
  fillEveryTable(db);
  run(db, 'DELETE FROM vote');
  const last = get(db, placeRow, 'SELECT last_sequence AS place FROM project')?.place ?? 0;
  expect(take()).toBe(last + 1);
});

const most = 2n ** 63n - 1n;
const hostilePlaces = [
  'sample',
  'sample_version',
  'review_batch',
  'vote',
  'job',
  'chat_answer',
].flatMap((table) =>
  [most, -most - 1n, -1n, 10_000n].map(
    (place) => [`${table} at ${place}`, `UPDATE ${table} SET sequence = @place`, place] as const,
  ),
);
const hostileCounts = [most, -1n, 0n, 2n ** 53n].map(
  (place) => [`a count of ${place}`, 'UPDATE project SET last_sequence = @place', place] as const,
);

test.each([...hostilePlaces, ...hostileCounts])(
  'a file with %s is left unchanged: it can be read, and takes no changes',
  (_, sql: string, place) => {
    using project = aProject();
    fillEveryTable(project.file.db);
    project.file.close();
    const db = new Sqlite(project.path);
    run<string>(db, `${sql} WHERE rowid = 1`, { place });
    db.close();
    const before = readFileSync(project.path);
    const told = expect.stringContaining('what is newer cannot be told');
    const refusal = expect.objectContaining({
      code: 'PROJECT_READ_ONLY',
      message: told,
      data: { path: project.path, reason: 'damaged-order' },
    });
    inspectProjectFile(project.path);
    expect(() => openProjectFile(project.path)).toThrow(refusal);
    expect(() => verifyProjectFile(project.path)).toThrow(
      expect.objectContaining({ code: 'PROJECT_INVALID', message: told }),
    );
    const read = openProjectForReading(project.path, inPlace(project.path));
    expect(read.notice).toEqual(told);
    expect(listSamples(read.db, {}, { limit: 9 })).not.toEqual([]);
    for (const list of [listDatasets, listEvaluations, listPromptSets, listRuns])
      expect(list(read.db)).not.toEqual([]);
    read.close();
    expect(readFileSync(project.path).equals(before)).toBe(true);
  },
);

const planRow = z.object({ detail: z.string() });

test('the first and the last place of every table are found without reading the table', () => {
  using project = aProject();
  const { db } = project.file;
  for (const table of orderedTables(db))
    for (const direction of ['ASC', 'DESC']) {
      const sql: string = `EXPLAIN QUERY PLAN
        SELECT sequence FROM "${table}" ORDER BY sequence ${direction} LIMIT 1`;
      const plan = all(db, planRow, sql, {}).map(({ detail }) => detail);
      expect(plan).toEqual([expect.stringMatching(/USING COVERING INDEX/)]);
    }
});
