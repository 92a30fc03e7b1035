import { createHash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import {
  type Identity,
  type Sampling,
  type SystemSpec,
  samplingSchema,
} from '../../../shared/domain/identity.ts';
import type { Message } from '../../../shared/domain/message.ts';
import { all, get, run, type Database } from '../database.ts';
import { parseColumn, parseMessages } from '../json-column.ts';

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

/** A prompt that still lacks an answer of a system. */
export interface MissingGeneration {
  promptId: string;
  ordinal: number;
  messages: Message[];
}

/** Prompts of an evaluation that a system has not answered yet, in order. */
export function missingGenerations(
  db: Database,
  evaluationId: string,
  systemId: string,
): MissingGeneration[] {
  return all<{ prompt_id: string; ordinal: number; messages_json: string }>(
    db,
    `SELECT p.id AS prompt_id, p.ordinal, p.messages_json FROM comparison c
     JOIN prompt p ON p.id = c.prompt_id
     WHERE c.evaluation_id = ? AND NOT EXISTS
       (SELECT 1 FROM generation g WHERE g.prompt_id = p.id AND g.system_id = ?)
     ORDER BY c.ordinal`,
    evaluationId,
    systemId,
  ).map((row) => ({
    promptId: row.prompt_id,
    ordinal: row.ordinal,
    messages: parseMessages(row.messages_json),
  }));
}

/** A complete answer to a prompt of a set. */
export interface NewGeneration {
  systemId: string;
  promptId: string;
  output: string;
  finish: 'stop' | 'length';
  promptTokens: number;
  outputTokens: number;
  durationMs: number;
  identity: Identity;
}

/** Stores an answer; a second one of the same system to the same prompt changes nothing. */
export function insertGeneration(db: Database, generation: NewGeneration): void {
  run(
    db,
    `INSERT INTO generation (id, system_id, prompt_id, output, finish, prompt_tokens, output_tokens,
       duration_ms, identity_json, created_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (system_id, prompt_id) DO NOTHING`,
    uuidv7(),
    generation.systemId,
    generation.promptId,
    generation.output,
    generation.finish,
    generation.promptTokens,
    generation.outputTokens,
    generation.durationMs,
    JSON.stringify(generation.identity),
    Date.now(),
  );
}
