import { createHash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { type Sampling, type SystemSpec, samplingSchema } from '../../../shared/domain/identity.ts';
import { get, run, type Database } from '../database.ts';
import { parseColumn } from '../json-column.ts';

/** A contestant as it is stored: weights, strength and sampling settings. */
export interface StoredSystem {
  id: string;
  spec: SystemSpec;
  sampling: Sampling;
}

/** The id of a system, stored when it is new: equal weights and settings share their answers. */
export function upsertSystem(
  db: Database,
  spec: SystemSpec,
  sampling: Sampling,
  hashes: { baseSha256: string; adapterSha256: string | null },
): string {
  const key = JSON.stringify([hashes.baseSha256, hashes.adapterSha256, spec.strength, sampling]);
  const keyHash = createHash('sha256').update(key).digest('hex');
  run(
    db,
    `INSERT INTO system (id, model_id, checkpoint_id, strength, sampling_json, key_hash, created_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key_hash) DO NOTHING`,
    uuidv7(),
    spec.modelId,
    spec.checkpointId,
    spec.strength,
    JSON.stringify(sampling),
    keyHash,
    Date.now(),
  );
  const row = get<{ id: string }>(db, 'SELECT id FROM system WHERE key_hash = ?', keyHash);
  if (!row) throw new Error(`System ${key} was not stored`);
  return row.id;
}

/** A system by id. */
export function findSystem(db: Database, id: string): StoredSystem | undefined {
  const row = get<{
    model_id: string;
    checkpoint_id: string | null;
    strength: number;
    sampling_json: string;
  }>(db, 'SELECT * FROM system WHERE id = ?', id);
  return (
    row && {
      id,
      spec: { modelId: row.model_id, checkpointId: row.checkpoint_id, strength: row.strength },
      sampling: parseColumn(samplingSchema, row.sampling_json),
    }
  );
}
