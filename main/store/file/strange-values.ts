import { z } from 'zod';
import { previewLine } from '../../../shared/text/foreign-text.ts';
import { all, get, type Database } from '../database.ts';
import { StoreError } from '../store-error.ts';
import { columnKinds } from './column-kinds.ts';
import { strange, type Kind } from './value-kinds.ts';

const columnRow = z.object({ name: z.string() });

/**
 * Throws PROJECT_INVALID for the first value that no version of this program writes: an id that is
 * none, a name that leads elsewhere, a time that is no time, a text of hundreds of megabytes, a row
 * that refers to none. Tables and columns that an older file lacks are left out.
 */
export function refuseStrangeValues(db: Database, path: string): void {
  for (const [table, kinds] of Object.entries(columnKinds)) {
    const columns = all(db, columnRow, 'SELECT name FROM pragma_table_info(@table)', { table });
    const known = columns.flatMap(({ name }) => {
      const kind = kinds[name];
      return kind === undefined ? [] : { name, where: condition(name, kind) };
    });
    refuseIn(db, path, table, known);
  }
  refuseDangling(db, path);
}

function condition(column: string, kind: Kind | `${Kind}?`): string {
  const name = `"${column}"`;
  const isOptional = kind.endsWith('?');
  const known = Object.entries(strange).find(([base]) => kind === base || kind === `${base}?`);
  const sql = (known?.[1] ?? 'TRUE').replaceAll(/\bc\b/g, name);
  return isOptional ? `(${name} IS NOT NULL AND (${sql}))` : `(${name} IS NULL OR ${sql})`;
}

const strangeRow = z.object({ place: z.string(), value: z.string() });

function refuseIn(
  db: Database,
  path: string,
  table: string,
  columns: readonly { name: string; where: string }[],
): void {
  if (columns.length === 0) return;
  const cases = (what: (name: string) => string) =>
    `CASE ${columns.map(({ name, where }) => `WHEN ${where} THEN ${what(name)}`).join(' ')} END`;
  const sql: string = `SELECT ${cases((name) => `'${table}.${name}'`)} AS place,
    coalesce(${cases((name) => `substr(CAST(substr("${name}", 1, 400) AS TEXT), 1, 200)`)}, 'NULL')
      AS value FROM ${table} WHERE ${columns.map(({ where }) => where).join(' OR ')} LIMIT 1`;
  const found = get(db, strangeRow, sql, {});
  if (!found) return;
  throw new StoreError(
    'PROJECT_INVALID',
    `${path} is not opened: its ${found.place} holds “${previewLine(found.value, 100)}”, which no ` +
      'version of this program writes. It was changed by another program: restore it from a backup, ' +
      'or ask whoever gave it to you. Nothing was changed.',
    { path },
  );
}

// No foreign key says so, since a sample and its first version refer to each other.
const samplesWithoutVersion = `SELECT 'sample' AS "table", 'sample_version' AS parent FROM sample s
  WHERE NOT EXISTS (SELECT 1 FROM sample_version v WHERE v.id = s.current_version_id) LIMIT 1`;

const danglingRow = z.object({ table: z.string(), parent: z.string() });

function refuseDangling(db: Database, path: string): void {
  const found =
    get(db, danglingRow, 'SELECT "table", parent FROM pragma_foreign_key_check LIMIT 1') ??
    get(db, danglingRow, samplesWithoutVersion);
  if (!found) return;
  throw new StoreError(
    'PROJECT_INVALID',
    `${path} is not opened: a row of its table ${found.table} refers to one of ${found.parent} that ` +
      'is not there. It was changed by another program, or is damaged: restore it from a backup. ' +
      'Nothing was changed.',
    { path },
  );
}
