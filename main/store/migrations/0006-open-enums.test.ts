import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterAll, expect, test } from 'vitest';
import { z } from 'zod';
import { all, run, type Database } from '../database.ts';
import { inspectProjectFile, inspectSchema } from '../file/inspect-project-file.ts';
import { createProjectFile, openProjectFile } from '../file/open-project-file.ts';
import { fillEveryOldTable } from '../testing/fill-every-table.ts';
import { migrateTo, writeOldProject } from '../testing/old-project.ts';
import { migrations } from './registry.ts';

const folder = mkdtempSync(join(tmpdir(), 'lima-open-enums-'));
afterAll(() => rmSync(folder, { recursive: true }));

const namesOf = z.object({ name: z.string() });
const tableNames = (db: Database) =>
  all(
    db,
    namesOf,
    `SELECT name FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite_%'
     ORDER BY name`,
  ).map(({ name }) => name);

/** What each table holds, and what SQLite knows of it beside its CHECKs. */
function contentOf(db: Database) {
  const query = (sql: string) => all(db, z.unknown(), sql, {});
  return tableNames(db).map((name) => ({
    name,
    rows: name === 'schema_migration' ? [] : query(`SELECT * FROM "${name}"`),
    columns: query(`PRAGMA table_xinfo("${name}")`),
    references: query(`PRAGMA foreign_key_list("${name}")`),
    indexes: query(`PRAGMA index_list("${name}")`),
    kind: query(`SELECT type, wr, strict FROM pragma_table_list WHERE name = '${name}'`),
  }));
}

const schemaOf = (db: Database) =>
  all(db, z.unknown(), 'SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name');

test('a full project of the fifth version keeps every row, reference and index', () => {
  const path = join(folder, 'old.lima');
  let before: ReturnType<typeof contentOf> = [];
  writeOldProject(path, 5, (db) => {
    fillEveryOldTable(db);
    before = contentOf(db);
  });
  const empty = before.filter(({ name, rows }) => rows.length === 0 && !name.includes('_fts'));
  expect(empty.map(({ name }) => name)).toEqual(['schema_migration']);
  expect(inspectProjectFile(path)).toBe(5);
  migrateTo(6, path, (db) => {
    expect(contentOf(db)).toEqual(before);
    expect(all(db, z.unknown(), 'PRAGMA foreign_key_check')).toEqual([]);
    expect(all(db, z.unknown(), 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
    expect(db.pragma('foreign_keys', { simple: true })).toBe(1);
    expect(() => run(db, "UPDATE run SET job_id = 'nobody'")).toThrow(/FOREIGN KEY/);
  });
});

test('before its schema changes, a project is copied to a backup as it was', () => {
  const path = join(folder, 'backed-up.lima');
  let before: ReturnType<typeof contentOf> = [];
  writeOldProject(path, 5, (db) => {
    fillEveryOldTable(db);
    before = contentOf(db);
  });
  openProjectFile(path).close();
  const [name = ''] = readdirSync(`${path}.backups`);
  const backup = new Sqlite(join(`${path}.backups`, name));
  expect(contentOf(backup)).toEqual(before);
  backup.close();
});

test.each(migrations.map(({ version }) => version))(
  'a file of version %i ends with the schema of a fresh one',
  (version) => {
    const path = join(folder, `version-${version}.lima`);
    writeOldProject(path, version);
    const [migrated, fresh] = [openProjectFile(path), createProjectFile(`${path}-fresh.lima`)];
    expect(schemaOf(migrated.db)).toEqual(schemaOf(fresh.db));
    for (const file of [migrated, fresh]) {
      file.close();
      expect(inspectProjectFile(file.path)).toBe(migrations.length);
    }
  },
);

test('a file whose rows refer to missing ones is not migrated', () => {
  const path = join(folder, 'orphan.lima');
  writeOldProject(path, 5, (db) => {
    fillEveryOldTable(db);
    db.pragma('foreign_keys = OFF');
    run(db, "DELETE FROM job WHERE kind = 'train'");
  });
  expect(() => openProjectFile(path)).toThrow(
    expect.objectContaining({
      code: 'PROJECT_INVALID',
      message: expect.stringContaining('of run '),
    }),
  );
  expect(inspectSchema(path)).toMatchObject({ schemaVersion: 5 });
});
