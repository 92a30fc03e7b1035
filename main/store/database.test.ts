import Sqlite from 'better-sqlite3';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { json, messagesColumn } from './columns.ts';
import { all, get, run } from './database.ts';

const noteRow = z.object({ id: z.string(), kind: z.enum(['old', 'new']) });

function aTable() {
  const db = new Sqlite(':memory:');
  db.exec('CREATE TABLE note (id TEXT, kind TEXT) STRICT');
  run(db, "INSERT INTO note VALUES (@id, 'old')", { id: 'a' });
  return db;
}

test('the parameters of a statement are its types, and SQLite refuses a missing one', () => {
  const db = aTable();
  expect(get(db, noteRow, 'SELECT * FROM note WHERE id = @id', { id: 'a' })?.kind).toBe('old');
  const missing = () =>
    // @ts-expect-error @id has no value
    get(db, noteRow, 'SELECT * FROM note WHERE id = @id', {});
  const misspelt = () =>
    // @ts-expect-error @noteId is not what the value is called
    run(db, 'DELETE FROM note WHERE id = @noteId', { id: 'a' });
  const forgotten = () =>
    // @ts-expect-error there are no values
    all(db, noteRow, 'SELECT * FROM note WHERE id = @id');
  expect(missing).toThrow('Missing named parameter "id"');
  expect(misspelt).toThrow('Missing named parameter "noteId"');
  expect(forgotten).toThrow('Missing named parameter "id"');
  // @ts-expect-error the statement has no parameter
  expect(run(db, "DELETE FROM note WHERE id = 'nobody'", { id: 'a' })).toBe(0);
});

test('a text that is put together takes its parameters by name too', () => {
  const sql: string = `SELECT * FROM note WHERE ${['id = @id', 'kind = @kind'].join(' AND ')}`;
  expect(all(aTable(), noteRow, sql, { id: 'a', kind: 'old' })).toHaveLength(1);
  expect(() => all(aTable(), noteRow, sql, { id: 'a' })).toThrow('Missing named parameter "kind"');
});

test.each([
  ['an unknown word', noteRow, "SELECT 'a' AS id, 'future' AS kind", 'at kind'],
  ['no JSON', z.object({ x: messagesColumn }), "SELECT '{' AS x", 'at x'],
  ['other JSON', z.object({ x: json(z.number()) }), `SELECT '"text"' AS x`, 'expected number'],
])('a row with %s is PROJECT_INVALID and says which column', (_, schema, sql, message) => {
  const error = { code: 'PROJECT_INVALID', message: expect.stringContaining(message) };
  const query: string = sql;
  expect(() => all<unknown, string>(aTable(), schema, query, {})).toThrow(
    expect.objectContaining(error),
  );
});
