import Sqlite from 'better-sqlite3';
import { run, type Database } from '../database.ts';
import { migrate } from '../migrations/migrate.ts';
import { migrations } from '../migrations/registry.ts';
import { applicationId } from '../file/project-header.ts';

/** Writes a project file as an earlier version of the schema left it, filled with SQL of then. */
export function writeOldProject(
  path: string,
  version: number,
  fill: (db: Database) => void = () => undefined,
): void {
  const db: Database = new Sqlite(path);
  db.pragma('foreign_keys = ON');
  db.pragma(`application_id = ${applicationId}`);
  migrate(db, migrations.slice(0, version), () => undefined);
  run(db, "INSERT INTO project (id, uuid, created_ms) VALUES (1, 'p', 1)");
  fill(db);
  db.close();
}

/** Brings a file of an earlier version to a later one and no further, and looks at what it holds. */
export function migrateTo(version: number, path: string, look: (db: Database) => void): void {
  const db: Database = new Sqlite(path);
  try {
    db.pragma('foreign_keys = ON');
    migrate(db, migrations.slice(0, version), () => undefined);
    look(db);
  } finally {
    db.close();
  }
}

/** What the header of the model `m` says. */
export const storedModelInfo = {
  name: 'm',
  architecture: 'llama',
  parameters: 1,
  quantization: 'F32',
  layers: 1,
  contextLength: 8,
  vocabularySize: 3,
  embeddingLength: 4,
  trainable: 'yes',
  tensorTypes: {},
  fileSizeBytes: 5,
  hasChatTemplate: false,
};

/** What a run refers to beside its job: the model `m` and the dataset `d`, as all versions know them. */
export function addModelAndDataset(db: Database): void {
  run(
    db,
    `INSERT INTO model (id, sha256, path, info_json, created_ms)
     VALUES ('m', 'hash', '/m', @info, 1)`,
    { info: JSON.stringify(storedModelInfo) },
  );
  run(
    db,
    `INSERT INTO dataset (id, name, content_hash, author, created_ms)
     VALUES ('d', 'd', 'hash', 'me', 1)`,
  );
}
