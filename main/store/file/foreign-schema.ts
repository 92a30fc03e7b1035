import Sqlite from 'better-sqlite3';
import { z } from 'zod';
import { all, type Database } from '../database.ts';
import { migrate, refuseNewer, schemaVersion } from '../migrations/migrate.ts';
import { migrations } from '../migrations/registry.ts';
import { StoreError } from '../store-error.ts';

/**
 * Throws PROJECT_INVALID unless the schema is word for word ours at its version, so that no
 * trigger or view of a stranger ever runs; PROJECT_NEWER when the version is not known yet.
 */
export function refuseForeignSchema(db: Database, path: string): void {
  const found = schemaObjects(db);
  const version = schemaVersion(db);
  refuseNewer(version, migrations.length);
  const expected = expectedSchema(version);
  const foreign = [...found].find(([name, sql]) => expected.get(name) !== sql)?.[0];
  const missing = [...expected.keys()].find((name) => !found.has(name));
  if (foreign ?? missing)
    throw new StoreError(
      'PROJECT_INVALID',
      `${path} is not a project of this program: its schema ` +
        (foreign ? `holds an unknown ${foreign}` : `lacks the ${missing}`) +
        '. It was not opened.',
      { path },
    );
}

function expectedSchema(version: number): Map<string, string> {
  const db = new Sqlite(':memory:');
  try {
    if (version > 0) migrate(db, migrations.slice(0, version), () => undefined);
    return schemaObjects(db);
  } finally {
    db.close();
  }
}

const schemaRow = z.object({ name: z.string(), type: z.string(), sql: z.string().nullable() });

/** Every object of the schema by name, as SQLite stores its text. */
function schemaObjects(db: Database): Map<string, string> {
  const rows = all(
    db,
    schemaRow,
    `SELECT name, type, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_stat%'`,
  );
  return new Map(rows.map((row) => [`${row.type} ${row.name}`, row.sql ?? '']));
}
