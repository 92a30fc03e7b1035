import { v7 as uuidv7 } from 'uuid';
import { type ModelInfo, modelInfoSchema } from '../../../shared/domain/model.ts';
import { all, get, run, type Database } from '../database.ts';
import { parseColumn } from '../json-column.ts';

/** A model as it is stored; whether its file is still there is asked when it is needed. */
export interface StoredModel {
  id: string;
  sha256: string;
  path: string;
  info: ModelInfo;
  createdMs: number;
}

interface ModelColumns {
  id: string;
  sha256: string;
  path: string;
  info_json: string;
  created_ms: number;
}

const toModel = (row: ModelColumns): StoredModel => ({
  id: row.id,
  sha256: row.sha256,
  path: row.path,
  info: parseColumn(modelInfoSchema, row.info_json),
  createdMs: row.created_ms,
});

/** Stores a model, or points the one with the same hash at the new path; returns its id. */
export function upsertModel(
  db: Database,
  model: { sha256: string; path: string; info: ModelInfo },
): string {
  run(
    db,
    `INSERT INTO model (id, sha256, path, info_json, created_ms) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (sha256) DO UPDATE SET path = excluded.path, info_json = excluded.info_json`,
    uuidv7(),
    model.sha256,
    model.path,
    JSON.stringify(model.info),
    Date.now(),
  );
  const row = get<{ id: string }>(db, 'SELECT id FROM model WHERE sha256 = ?', model.sha256);
  if (!row) throw new Error(`Model ${model.path} was not stored`);
  return row.id;
}

/** A model by id. */
export function findModel(db: Database, id: string): StoredModel | undefined {
  const row = get<ModelColumns>(db, 'SELECT * FROM model WHERE id = ?', id);
  return row && toModel(row);
}

/** Every model, newest first. */
export function listModels(db: Database): StoredModel[] {
  return all<ModelColumns>(db, 'SELECT * FROM model ORDER BY id DESC').map(toModel);
}
