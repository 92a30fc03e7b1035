import { createHash } from 'node:crypto';
import { z } from 'zod';
import { all, get, run, withTransaction, type Database } from '../database.ts';
import { forgetChecksums } from '../checksums/seal-rows.ts';
import { StoreError } from '../store-error.ts';

/** One numbered step of the schema. Its SQL is checksummed and never changes after a release. */
export interface Migration {
  version: number;
  name: string;
  sql: string;
}

/** The next step of a migration; of an existing file the first is to copy it. */
export type OnMigrationStep = (step: string, done: number, total: number) => void;

/** The step that made the table of checksums. */
const versionOfChecksums = 8;

const migrationTable = `CREATE TABLE IF NOT EXISTS schema_migration (
  version INTEGER PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL, applied_ms INTEGER NOT NULL
) STRICT`;

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

const versionRow = z.object({ user_version: z.number().int() });

/** The schema version of an open database (`user_version`). */
export function schemaVersion(db: Database): number {
  return get(db, versionRow, 'PRAGMA user_version')?.user_version ?? 0;
}

/**
 * Brings the schema to the newest version in one transaction; `backup` runs before the first
 * change of an existing file, and `onStep` hears of each step when it begins. Throws PROJECT_NEWER, MIGRATION_CHANGED or, when a row refers to one
 * that is missing, PROJECT_INVALID, and changes nothing then.
 */
export function migrate(
  db: Database,
  migrations: readonly Migration[],
  backup: (fromVersion: number) => void,
  onStep: OnMigrationStep = () => undefined,
): void {
  migrations.forEach((migration, index) => {
    if (migration.version !== index + 1)
      throw new Error(
        `Migration ${migration.name} has number ${migration.version}, not ${index + 1}`,
      );
  });
  const current = schemaVersion(db);
  refuseNewer(current, migrations.length);
  if (current > 0) refuseChanged(db, migrations, current);
  const pending = migrations.slice(current);
  if (pending.length === 0) return;
  if (current > 0) {
    onStep('copying it to the backups', 0, pending.length);
    backup(current);
  }
  withoutForeignKeys(db, () => withTransaction(db, () => apply(db, pending, onStep)));
}

function apply(db: Database, pending: readonly Migration[], onStep: OnMigrationStep): void {
  db.exec(migrationTable);
  // A step may write rows anew: their checksums are made again once the project is open.
  if ((pending[0]?.version ?? 0) > versionOfChecksums) forgetChecksums(db);
  for (const [done, { version, name, sql }] of pending.entries()) {
    onStep(name, done, pending.length);
    db.exec(sql);
    run(
      db,
      `INSERT INTO schema_migration (version, name, sha256, applied_ms)
       VALUES (@version, @name, @sha256, @appliedMs)`,
      { version, name, sha256: sha256(sql), appliedMs: Date.now() },
    );
    db.pragma(`user_version = ${version}`);
  }
  onStep('comparing what refers to what', pending.length, pending.length);
  const orphan = get(db, orphanRow, 'PRAGMA foreign_key_check');
  if (orphan)
    throw new StoreError(
      'PROJECT_INVALID',
      `A row of ${orphan.table} refers to one of ${orphan.parent} that is not there: the project ` +
        'is damaged. Its schema was not changed.',
    );
}

const orphanRow = z.object({ table: z.string(), parent: z.string() });

/** A table that is dropped to be made anew would take the rows with it that refer to its rows. */
function withoutForeignKeys(db: Database, work: () => void): void {
  const before = Number(db.pragma('foreign_keys', { simple: true }));
  // Inside a transaction SQLite ignores this pragma.
  db.pragma('foreign_keys = OFF');
  try {
    work();
  } finally {
    db.pragma(`foreign_keys = ${before}`);
  }
}

/** Throws PROJECT_NEWER when a file's version is above what this program knows. */
export function refuseNewer(fileVersion: number, supportedVersion: number): void {
  if (fileVersion > supportedVersion)
    throw new StoreError(
      'PROJECT_NEWER',
      `This project was written by a newer Lima Workbench (schema ${fileVersion}; this one knows ` +
        `up to ${supportedVersion}). Update the workbench to open it; the file was not changed.`,
      { fileVersion, supportedVersion },
    );
}

const appliedRow = z.object({ version: z.number().int(), sha256: z.string() });

function refuseChanged(db: Database, migrations: readonly Migration[], current: number): void {
  const applied = all(
    db,
    appliedRow,
    'SELECT version, sha256 FROM schema_migration ORDER BY version',
  );
  for (const migration of migrations.slice(0, current)) {
    const row = applied.find((candidate) => candidate.version === migration.version);
    if (row?.sha256 !== sha256(migration.sql))
      throw new StoreError(
        'MIGRATION_CHANGED',
        `Step ${migration.version} (${migration.name}) of this project's schema differs from this ` +
          `program's. It was written by another build; open it with that one.`,
        { version: migration.version },
      );
  }
}
