import Sqlite from 'better-sqlite3';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { all } from '../database.ts';
import { migrate, schemaVersion, type Migration } from './migrate.ts';

const steps: Migration[] = [
  { version: 1, name: 'one', sql: 'CREATE TABLE a (x INTEGER) STRICT' },
  { version: 2, name: 'two', sql: 'ALTER TABLE a ADD COLUMN y INTEGER' },
];

test('a migration keeps every row and runs after a backup of the old version', () => {
  const backups: unknown[] = [];
  const db = new Sqlite(':memory:');
  migrate(db, steps.slice(0, 1), () => undefined);
  db.exec('INSERT INTO a (x) VALUES (7)');
  migrate(db, steps, (version) =>
    backups.push({ version, rows: all(db, z.unknown(), 'SELECT * FROM a') }),
  );
  expect(backups).toEqual([{ version: 1, rows: [{ x: 7 }] }]);
  expect(all(db, z.unknown(), 'SELECT * FROM a')).toEqual([{ x: 7, y: null }]);
  expect(schemaVersion(db)).toBe(2);
});

test('a failing migration leaves the schema as it was', () => {
  const db = new Sqlite(':memory:');
  migrate(db, steps.slice(0, 1), () => undefined);
  const broken = { version: 2, name: 'broken', sql: 'CREATE TABLE b (x); CREATE TABLE a (x)' };
  expect(() => migrate(db, [...steps.slice(0, 1), broken], () => undefined)).toThrow(
    /already exists/,
  );
  expect(schemaVersion(db)).toBe(1);
  expect(all(db, z.unknown(), `SELECT name FROM sqlite_schema WHERE name = 'b'`)).toEqual([]);
});

test('a migration that was edited after it ran is refused', () => {
  const db = new Sqlite(':memory:');
  migrate(db, steps, () => undefined);
  const edited = steps.with(0, { version: 1, name: 'one', sql: 'CREATE TABLE a (z INTEGER)' });
  expect(() => migrate(db, edited, () => undefined)).toThrow(
    expect.objectContaining({ code: 'MIGRATION_CHANGED' }),
  );
});
