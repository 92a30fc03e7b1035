import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { type ModelInfo, modelInfoSchema } from '../../../shared/domain/model/model.ts';
import { hashSchema, idSchema, momentSchema } from '../../../shared/domain/stored-value.ts';
import { modelFileName } from '../../../shared/text/model-names.ts';
import { all, assembled, get, run, withTransaction, type Database } from '../database.ts';
import { idRow, json, pathColumn } from '../columns.ts';
import { addLabel, isDeleted, isLive, labelsOfOne } from './labels.ts';
import { nextSequence } from './sequence.ts';

const modelRow = z.object({
  id: idSchema,
  sha256: hashSchema,
  path: pathColumn,
  info: json(modelInfoSchema),
  createdMs: momentSchema,
});

/** A model as it is stored; whether its file is still there is asked when it is needed. */
export type StoredModel = z.infer<typeof modelRow>;

const modelColumns = 'id, sha256, path, info_json AS info, created_ms AS createdMs';

/** Stores a model, or points the one with the same hash at the new path; returns its id. */
export function upsertModel(
  db: Database,
  model: { sha256: string; path: string; info: ModelInfo },
): string {
  const { sha256, path } = model;
  const info = JSON.stringify(model.info);
  withTransaction(db, () =>
    run(
      db,
      `INSERT INTO model (id, sha256, path, info_json, created_ms, sequence)
       VALUES (@id, @sha256, @path, @info, @createdMs, @sequence)
       ON CONFLICT (sha256) DO UPDATE SET path = excluded.path, info_json = excluded.info_json`,
      { id: uuidv7(), sha256, path, info, createdMs: Date.now(), sequence: nextSequence(db) },
    ),
  );
  const row = get(db, idRow, 'SELECT id FROM model WHERE sha256 = @sha256', { sha256 });
  if (!row) throw new Error(`Model ${path} was not stored`);
  const known = { thing: 'model', id: row.id } as const;
  // Who adds a model that was removed wants it back.
  if (isDeleted(db, known)) addLabel(db, { ...known, field: 'deleted', value: '', author: '' });
  return row.id;
}

/** A model by id. */
export function findModel(db: Database, id: string): StoredModel | undefined {
  return get(db, modelRow, `SELECT ${modelColumns} FROM model WHERE id = @id`, { id });
}

/** Every model that nobody removed, newest first. */
export function listModels(db: Database): StoredModel[] {
  const sql = assembled(
    `SELECT ${modelColumns} FROM model WHERE ${isLive('model', 'model.id')}
     ORDER BY sequence DESC, id DESC`,
  );
  return all(db, modelRow, sql, {});
}

/** What a model is called wherever it is named: as a person named it, else by its file. */
export const modelNameOf = (db: Database, { id, path }: Pick<StoredModel, 'id' | 'path'>): string =>
  labelsOfOne(db, { thing: 'model', id }).name ?? modelFileName(path);
