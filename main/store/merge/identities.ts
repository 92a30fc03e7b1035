import { createHash } from 'node:crypto';
import { run, type Database } from '../database.ts';
import { referencesTo, type ContentTable } from './content-tables.ts';

/** The two files of a merge, as SQLite calls them: the one that is changed, and the one that is read. */
export type Side = 'main' | 'other';

/** Makes the tables that say under which identity a row of either file goes on in the merged one. */
export function startIdentities(db: Database): void {
  db.exec(`
    CREATE TEMP TABLE main_id (thing TEXT, id TEXT, final TEXT NOT NULL, PRIMARY KEY (thing, id))
      WITHOUT ROWID;
    CREATE INDEX temp.main_id_by_final ON main_id (thing, final);
    CREATE TEMP TABLE other_id (thing TEXT, id TEXT, final TEXT NOT NULL, PRIMARY KEY (thing, id))
      WITHOUT ROWID;
    CREATE TEMP TABLE sample_map (seq INTEGER PRIMARY KEY, final INTEGER NOT NULL, is_new INTEGER);
    CREATE TEMP TABLE touched (seq INTEGER PRIMARY KEY);
  `);
}

/** Remembers that a row of one file goes on under another identity. */
export function mapIdentity(
  db: Database,
  side: Side,
  thing: ContentTable,
  { id, final }: { id: string; final: string },
): void {
  if (id === final) return;
  const sql: string = `INSERT OR REPLACE INTO ${side}_id VALUES (@thing, @id, @final)`;
  run(db, sql, { thing, id, final });
}

/** The SQL of a reference to a row of `table`, as it is called in the merged file. */
export const finalId = (side: Side, table: ContentTable, column: string): string =>
  `coalesce((SELECT final FROM temp.${side}_id WHERE thing = '${table}' AND id = ${column}), ${column})`;

/** Points what refers to rows of a table, in the file that is changed, at their new identities. */
export function redirectReferences(db: Database, table: ContentTable): void {
  const changed = `(SELECT id FROM temp.main_id WHERE thing = '${table}')`;
  for (const { table: from, column } of referencesTo(table))
    db.exec(
      `UPDATE main.${from} SET ${column} = ${finalId('main', table, column)}
       WHERE ${column} IN ${changed}`,
    );
}

/** A UUID (version 8) that follows from its parts: the same wherever it is made. */
export function derivedId(...parts: readonly string[]): string {
  const hex = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  const variant = '89ab'[Number.parseInt(hex.slice(16, 17), 16) % 4];
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}

/** True for an identity that `derivedId` made. */
export const isDerivedId = (id: string): boolean => /^[0-9a-f]{8}-[0-9a-f]{4}-8/.test(id);
