import Sqlite from 'better-sqlite3';
import { z } from 'zod';
import { previewLine } from '../../../shared/text/foreign-text.ts';
import type { Database } from '../database.ts';
import { migrate, refuseNewer, schemaVersion } from '../migrations/migrate.ts';
import { migrations } from '../migrations/registry.ts';
import { StoreError } from '../store-error.ts';
import { applicationId } from './project-header.ts';

/**
 * Throws PROJECT_INVALID unless every row of the schema is one of ours at its version, word for
 * word, and each of ours is there once, so that nothing of a stranger ever runs; PROJECT_NEWER
 * when the version is not known yet. To be called before any other statement, and by whoever goes
 * on to write inside the transaction that holds the lock.
 */
export function refuseForeignSchema(db: Database, path: string): void {
  const fault = schemaFault(db);
  if (fault !== undefined)
    throw new StoreError(
      'PROJECT_INVALID',
      `${path} is not a project of this program: its schema ${fault}. It was not opened.`,
      { path },
    );
}

/** How the schema differs from ours, or `undefined`. */
function schemaFault(db: Database): string | undefined {
  if (pragmaNumber(db, 'application_id') !== applicationId) return 'is that of another program';
  if (db.pragma('encoding', { simple: true }) !== 'UTF-8') return 'is not UTF-8';
  const version = schemaVersion(db);
  refuseNewer(version, migrations.length);
  const expected = new Map(expectedSchema(version).map((row) => [textOf(row), row]));
  const found = db.prepare(everyRow).all(expected.size + statistics.size + 1);
  const seen = new Set<string>();
  const roots = new Set<number>();
  for (const value of found) {
    const parsed = schemaRow.safeParse(value);
    if (!parsed.success) return `holds an unknown ${nameOf(value)}`;
    const row = parsed.data;
    const text = textOf(row);
    if (!expected.has(text) && !statistics.has(text)) return `holds an unknown ${nameOf(row)}`;
    if (seen.has(text)) return `holds the ${nameOf(row)} twice`;
    seen.add(text);
    if (!isRoot(row, roots)) return `puts the ${nameOf(row)} where it cannot be`;
  }
  const missing = [...expected].find(([text]) => !seen.has(text))?.[1];
  return missing && `lacks the ${nameOf(missing)}`;
}

// Never by the name sqlite_schema or with a condition: nothing of the file decides what is read.
const everyRow = 'SELECT type, name, tbl_name, rootpage, sql FROM main.sqlite_master LIMIT ?';

const schemaRow = z.object({
  type: z.string(),
  name: z.string(),
  tbl_name: z.string(),
  rootpage: z.number().int(),
  sql: z.string().nullable(),
});

type SchemaRow = z.infer<typeof schemaRow>;

const textOf = ({ type, name, tbl_name, sql }: SchemaRow) =>
  JSON.stringify([type, name, tbl_name, sql]);

const word = (value: unknown) => (typeof value === 'string' ? previewLine(value, 60) : '?');

/** An object of the schema by its own words, which may be anything. */
function nameOf(row: unknown): string {
  const { type, name } = z.object({ type: z.unknown(), name: z.unknown() }).parse(row);
  return `${word(type)} ${word(name)}`;
}

/** Pages where tables and indexes start are theirs alone; page 1 is the schema's. */
function isRoot({ sql, rootpage }: SchemaRow, roots: Set<number>): boolean {
  if (sql?.startsWith('CREATE VIRTUAL TABLE')) return rootpage === 0;
  if (rootpage < 2 || roots.has(rootpage)) return false;
  roots.add(rootpage);
  return true;
}

// What ANALYZE (`PRAGMA optimize`) makes, in SQLite's own words.
const statistics: ReadonlySet<string> = new Set(
  Object.entries({ sqlite_stat1: 'tbl,idx,stat', sqlite_stat4: 'tbl,idx,neq,nlt,ndlt,sample' }).map(
    ([name, columns]) => JSON.stringify(['table', name, name, `CREATE TABLE ${name}(${columns})`]),
  ),
);

const schemas = new Map<number, readonly SchemaRow[]>();

/** The schema that this program's own steps make. */
function expectedSchema(version: number): readonly SchemaRow[] {
  const known = schemas.get(version);
  if (known) return known;
  const db = new Sqlite(':memory:');
  try {
    if (version > 0) migrate(db, migrations.slice(0, version), () => undefined);
    const rows = z.array(schemaRow).parse(db.prepare(everyRow).all(-1));
    schemas.set(version, rows);
    return rows;
  } finally {
    db.close();
  }
}

const pragmaNumber = (db: Database, name: string) => Number(db.pragma(name, { simple: true }));
