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
  run(db, "INSERT INTO project VALUES (1, 'p', 1)");
  fill(db);
  db.close();
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
  run(db, "INSERT INTO model VALUES ('m', 'hash', '/m', @info, 1)", {
    info: JSON.stringify(storedModelInfo),
  });
  run(db, "INSERT INTO dataset VALUES ('d', 'd', 'hash', 'me', 1)");
}
