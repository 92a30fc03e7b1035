import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { previewLine } from '../../../shared/text/foreign-text.ts';
import { countRow } from '../columns.ts';
import { all, get, type Database } from '../database.ts';
import { migrations } from '../migrations/registry.ts';
import { fillEveryTable, leaveHalfMade } from '../testing/fill-every-table.ts';
import { writeOldProject } from '../testing/old-project.ts';
import { inspectPages } from './inspect-project-file.ts';
import { createProjectFile } from './open-project-file.ts';
import { columnKinds } from './column-kinds.ts';
import { refuseStrangeValues } from './strange-values.ts';

const folder = mkdtempSync(join(tmpdir(), 'lima-values-'));
const full = join(folder, 'full.lima');
beforeAll(() => {
  const file = createProjectFile(full);
  fillEveryTable(file.db);
  leaveHalfMade(file.db);
  file.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

const columnRow = z.object({ place: z.string() });

test('every column of every table is known, so that none holds what nobody looked at', () => {
  const db = new Sqlite(full);
  const columns = all(
    db,
    columnRow,
    `SELECT t.name || '.' || c.name AS place FROM sqlite_master t, pragma_table_info(t.name) c
     WHERE t.type = 'table' AND t.name NOT LIKE 'sample_fts%' AND t.name NOT LIKE 'sqlite_%'`,
  ).map(({ place }) => place);
  db.close();
  const known = Object.entries(columnKinds).flatMap(([table, kinds]) =>
    Object.keys(kinds).map((column) => `${table}.${column}`),
  );
  expect(columns.filter((place) => !known.includes(place))).toEqual([]);
  expect(known.filter((place) => !columns.includes(place))).toEqual([]);
});

// What follows would pass for a table that nobody filled.
test('every table of this version has rows in the project that is looked at here', () => {
  const db = new Sqlite(full);
  const empty = Object.keys(columnKinds).filter((table) => {
    const sql: string = `SELECT count(*) AS n FROM ${table}`;
    return get(db, countRow, sql, {})?.n === 0;
  });
  db.close();
  expect(empty).toEqual([]);
});

test('a project of this version with rows in every table, and of each version before, is accepted', () => {
  expect(() => inspectPages(full)).not.toThrow();
  for (const { version } of migrations) {
    const path = join(folder, `old-${version}.lima`);
    writeOldProject(path, version);
    expect(() => inspectPages(path)).not.toThrow();
  }
});

/** Values that no column of a kind may hold. */
const hostile: Record<string, (string | number | Buffer | null)[]> = {
  id: [
    '../../../x',
    '',
    'A',
    'a/b',
    'a\\b',
    'a\0b',
    '..',
    '-a',
    'nul',
    'lpt1',
    'a'.repeat(65),
    'ä',
  ],
  hash: ['../x', 'a'.repeat(65), 'a b', 'a\0', Buffer.from('ab')],
  artifact: [
    '../x',
    '/etc/x',
    'a/../b',
    'a//b',
    'a/',
    'a:b',
    'C:\\x',
    'a\0',
    '.a',
    'a/.b',
    'a./b',
    '',
  ],
  path: ['', 'a\0b', 'x'.repeat(200_000), Buffer.from('/m')],
  name: ['x'.repeat(10_000_000), Buffer.from('x')],
  text: [Buffer.from('x'), 'x'.repeat(67_108_865)],
  count: [-1, 2 ** 60, 'x', 1.5],
  moment: [-1, 1e18, 'x', 8_640_000_000_000_001],
  measure: ['x', Buffer.from('1')],
  bytes: ['x', Buffer.alloc(67_108_865)],
  word: ['x'.repeat(1000)],
};

const places = Object.entries(columnKinds).flatMap(([table, kinds]) =>
  Object.entries(kinds).map(([column, kind]) => ({ table, column, kind })),
);

/** Changes rows as somebody with an editor for SQLite does, looks, and changes them back. */
function lookAt(db: Database, sql: string, value: unknown): string {
  db.exec('BEGIN');
  try {
    if (db.prepare(sql).run(value).changes === 0) return 'there is no such row';
    refuseStrangeValues(db, 'p.lima');
    return 'accepted';
  } catch (error) {
    // STRICT tables, unique and required columns keep some values out by themselves.
    return error instanceof Error ? error.message : String(error);
  } finally {
    db.exec('ROLLBACK');
  }
}

const refused = /^p\.lima is not opened: its \w+\.\w+ holds “.*\. Nothing was changed\.$/s;
const keptOut = /^(cannot store|UNIQUE constraint|NOT NULL constraint|datatype mismatch)/;

test('each column is refused with what no version writes, and the column is named', () => {
  const path = join(folder, 'tampered.lima');
  copyFileSync(full, path);
  const db = new Sqlite(path);
  for (const pragma of ['foreign_keys = OFF', 'ignore_check_constraints = ON']) db.pragma(pragma);
  const wrong: string[] = [];
  let looks = 0;
  for (const { table, column, kind } of places)
    for (const value of hostile[kind.replace('?', '')] ?? []) {
      // The text of 64 MB is one column's work.
      if (String(value).length > 1e7 && column !== 'output' && kind !== 'bytes') continue;
      const said = lookAt(db, `UPDATE OR IGNORE ${table} SET ${column} = ?`, value);
      looks += Number(refused.test(said));
      const isNamed = said.includes(`its ${table}.${column} holds`);
      if (!(isNamed && refused.test(said)) && !keptOut.test(said))
        wrong.push(`${table}.${column} = ${previewLine(String(value), 20)}: ${said}`);
    }
  db.close();
  expect(wrong).toEqual([]);
  expect(looks).toBeGreaterThan(400);
});

test('a row that refers to one that is not there is named', () => {
  const path = join(folder, 'dangling.lima');
  copyFileSync(full, path);
  const db = new Sqlite(path);
  db.pragma('foreign_keys = OFF');
  db.exec('DELETE FROM system');
  db.close();
  expect(() => inspectPages(path)).toThrow(
    /a row of its table (generation|unfinished_dialogue|evaluation|study) refers to one of system that is not there/,
  );
});
