import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { z } from 'zod';
import { all, get, run, type Database } from '../database.ts';
import { orderedTables } from '../file/foreign-order.ts';
import { openProjectFile } from '../file/open-project-file.ts';
import { listDatasets } from '../repositories/datasets.ts';
import { sampleHistory, undoLastBatch } from '../repositories/samples/reviews.ts';
import { standingVotes } from '../repositories/votes.ts';
import { fillEveryOldTable } from '../testing/fill-every-table.ts';
import { migrateTo, writeOldProject } from '../testing/old-project.ts';

const folder = mkdtempSync(join(tmpdir(), 'lima-sequence-'));
afterAll(() => rmSync(folder, { recursive: true }));

const idRow = z.object({ id: z.string() });
const sequenceRow = z.object({ sequence: z.number() });
function idsBy(db: Database, table: string, order: string): string[] {
  const sql: string = `SELECT id FROM "${table}" ORDER BY ${order}`;
  return all(db, idRow, sql, {}).map(({ id }) => id);
}

function sequencesOf(db: Database, table: string): number[] {
  const sql: string = `SELECT sequence FROM "${table}"`;
  return all(db, sequenceRow, sql, {}).map((row) => row.sequence);
}

// What each list was sorted by before; versions are compared within their sample.
const orderUntilNow = (table: string) =>
  table === 'sample' ? 'seq' : table === 'sample_version' ? 'sample_seq, ordinal' : 'id';
const orderFromNowOn = (table: string) =>
  table === 'sample_version' ? 'sample_seq, sequence, id' : 'sequence, id';

test('a full project of the sixth version keeps the order of every list', () => {
  const path = join(folder, 'full.lima');
  const before = new Map<string, string[]>();
  const tables = ['chat_answer', 'dataset', 'evaluation', 'job', 'model', 'prompt_set'];
  tables.push('review_batch', 'run', 'run_event', 'sample', 'sample_version', 'vote');
  writeOldProject(path, 6, (db) => {
    fillEveryOldTable(db);
    for (const table of tables) before.set(table, idsBy(db, table, orderUntilNow(table)));
  });
  migrateTo(7, path, (db) => {
    expect(orderedTables(db)).toEqual(tables);
    for (const table of tables)
      expect([table, idsBy(db, table, orderFromNowOn(table))]).toEqual([table, before.get(table)]);
    const last = get(db, sequenceRow, 'SELECT last_sequence AS sequence FROM project');
    const rows = tables
      .filter((table) => table !== 'sample_version')
      .flatMap((table) => sequencesOf(db, table));
    expect(new Set(rows).size).toBe(rows.length);
    expect(Math.min(...rows)).toBe(1);
    expect(Math.max(...rows)).toBe(last?.sequence);
  });
});

/** Samples, versions and reviews whose ids and times contradict the order they were stored in. */
function fillWithClockSetBack(db: Database): void {
  const version = (id: string, sample: number, ordinal: number) =>
    run(db, `INSERT INTO sample_version VALUES (@id, @sample, @ordinal, '[]', 'hash', 'me', @ms)`, {
      id,
      sample,
      ordinal,
      ms: 9 - ordinal,
    });
  for (const [index, id] of ['c', 'b', 'a'].entries()) {
    run(
      db,
      `INSERT INTO sample VALUES (@seq, @id, @id, 's', 'pending', @version, '{}', '', '', 1, 1, 1)`,
      { seq: index + 1, id, version: `${id}1` },
    );
    version(`${id}1`, index + 1, 1);
  }
  version('9', 1, 2);
  version('3', 1, 3);
  const batch = (id: string) => {
    run(db, "INSERT INTO review_batch VALUES (@id, 'me', NULL, 1)", { id });
    run(db, "INSERT INTO review VALUES (@id, 1, 'c1', 'accept', 'pending')", { id });
  };
  for (const id of ['2', '8', 'x']) batch(id);
  run(db, "UPDATE sample SET status = 'accepted' WHERE seq = 1");
}

test('samples keep their places and versions their ordinals where ids contradict them', () => {
  const path = join(folder, 'clock.lima');
  writeOldProject(path, 6, fillWithClockSetBack);
  const file = openProjectFile(path);
  try {
    expect(idsBy(file.db, 'sample', 'sequence, id')).toEqual(['c', 'b', 'a']);
    expect(sampleHistory(file.db, 1).map(({ text }) => text)).toEqual([
      'version 1',
      'accept',
      'accept',
      'version 2',
      'version 3',
      'accept',
    ]);
  } finally {
    file.close();
  }
});

test('a migrated project undoes the batch that was the newest, and counts on', () => {
  const path = join(folder, 'counts-on.lima');
  writeOldProject(path, 6, fillEveryOldTable);
  const file = openProjectFile(path);
  try {
    const votes = standingVotes(file.db, 'e');
    expect(votes.map(({ author }) => author)).toEqual(['rule', 'rule']);
    expect(undoLastBatch(file.db, 'you').ids).toHaveLength(2);
    expect(listDatasets(file.db).map(({ name }) => name)).toEqual(['d']);
    const [undo] = idsBy(file.db, 'review_batch', 'sequence DESC, id DESC');
    expect(
      get(
        file.db,
        idRow,
        'SELECT id FROM review_batch WHERE author = @a AND undoes_batch_id IS NOT NULL',
        { a: 'you' },
      )?.id,
    ).toBe(undo);
  } finally {
    file.close();
  }
});
