import { createHash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import {
  type Sampling,
  type SystemSpec,
  samplingSchema,
  systemSpecSchema,
} from '../../../shared/domain/identity.ts';
import {
  endpointSchema,
  type EndpointSystem as EndpointSpec,
} from '../../../shared/domain/endpoint.ts';
import { fewShotSchema, fewShotText } from '../../../shared/domain/few-shot.ts';
import { idSchema, nameSchema } from '../../../shared/domain/stored-value.ts';
import { get, run, type Database } from '../database.ts';
import { idRow, json } from '../columns.ts';

/** Weights that answer: with their strength, how they are asked, and sampling settings. */
export interface WeightsSystem {
  kind: 'weights';
  id: string;
  spec: SystemSpec;
  sampling: Sampling;
}

/** Answers that came from files: no weights are known, and nobody can be asked more. */
export interface AnswersSystem {
  kind: 'answers';
  id: string;
  name: string;
}

/** A server that answers, with how it is asked. */
export interface EndpointSystem {
  kind: 'endpoint';
  id: string;
  spec: EndpointSpec;
  sampling: Sampling;
}

/** A contestant as it is stored. */
export type StoredSystem = WeightsSystem | AnswersSystem | EndpointSystem;

/** The id of a system, stored when it is new: equal weights and settings share their answers. */
export function upsertSystem(
  db: Database,
  spec: SystemSpec,
  sampling: Sampling,
  hashes: { baseSha256: string; adapterSha256: string | null },
): string {
  const { chatTemplate = '' } = spec;
  const fewShot = spec.fewShot ? fewShotText(spec.fewShot) : '';
  const asked = [hashes.baseSha256, hashes.adapterSha256, spec.strength, sampling];
  // Systems of before there was a choice keep their keys.
  const key = JSON.stringify([
    ...asked,
    ...(chatTemplate !== '' || fewShot !== '' ? [chatTemplate] : []),
    ...(fewShot === '' ? [] : [fewShot]),
  ]);
  const keyHash = createHash('sha256').update(key).digest('hex');
  run(
    db,
    `INSERT INTO system (id, model_id, checkpoint_id, strength, sampling_json, chat_template, few_shot,
       key_hash, created_ms)
     VALUES (@id, @modelId, @checkpointId, @strength, @sampling, @chatTemplate, @fewShot, @keyHash,
       @createdMs)
     ON CONFLICT (key_hash) DO NOTHING`,
    {
      modelId: spec.modelId,
      checkpointId: spec.checkpointId,
      strength: spec.strength,
      id: uuidv7(),
      sampling: JSON.stringify(sampling),
      chatTemplate,
      fewShot,
      keyHash,
      createdMs: Date.now(),
    },
  );
  return idOfKey(db, { key, keyHash });
}

/** The same for an endpoint, whose base URL is written in its one way. */
export function upsertEndpointSystem(
  db: Database,
  { endpoint, fewShot: examples }: EndpointSpec,
  sampling: Sampling,
): string {
  const fewShot = examples ? fewShotText(examples) : '';
  const { baseUrl, model } = endpoint;
  const key = JSON.stringify(['endpoint', baseUrl, model, sampling, fewShot]);
  const keyHash = createHash('sha256').update(key).digest('hex');
  run(
    db,
    `INSERT INTO system (id, kind, strength, sampling_json, few_shot, endpoint_json, key_hash,
       created_ms)
     VALUES (@id, 'endpoint', 0, @sampling, @fewShot, @endpoint, @keyHash, @createdMs)
     ON CONFLICT (key_hash) DO NOTHING`,
    {
      id: uuidv7(),
      sampling: JSON.stringify(sampling),
      fewShot,
      endpoint: JSON.stringify({ baseUrl, model }),
      keyHash,
      createdMs: Date.now(),
    },
  );
  return idOfKey(db, { key, keyHash });
}

function idOfKey(db: Database, { key, keyHash }: { key: string; keyHash: string }): string {
  const row = get(db, idRow, 'SELECT id FROM system WHERE key_hash = @keyHash', { keyHash });
  if (!row) throw new Error(`System ${key} was not stored`);
  return row.id;
}

const fewShotColumn = z.union([z.literal('').transform(() => null), json(fewShotSchema)]);
const weightsRow = z.object({
  kind: z.literal('weights'),
  modelId: idSchema,
  checkpointId: idSchema.nullable(),
  strength: systemSpecSchema.shape.strength.unwrap(),
  sampling: json(samplingSchema),
  chatTemplate: systemSpecSchema.shape.chatTemplate.unwrap(),
  fewShot: fewShotColumn,
});
const endpointRow = z.object({
  kind: z.literal('endpoint'),
  endpoint: json(endpointSchema),
  sampling: json(samplingSchema),
  fewShot: fewShotColumn,
});
const answersRow = z.object({ kind: z.literal('answers'), name: nameSchema });
const systemRow = z.discriminatedUnion('kind', [weightsRow, answersRow, endpointRow]);

/** A system by id. */
export function findSystem(db: Database, id: string): StoredSystem | undefined {
  const row = get(
    db,
    systemRow,
    `SELECT kind, name, model_id AS modelId, checkpoint_id AS checkpointId, strength,
       sampling_json AS sampling, chat_template AS chatTemplate, few_shot AS fewShot,
       endpoint_json AS endpoint FROM system WHERE id = @id`,
    { id },
  );
  if (!row) return undefined;
  if (row.kind === 'answers') return { kind: row.kind, id, name: row.name };
  if (row.kind === 'endpoint') {
    const { kind, endpoint, sampling, fewShot } = row;
    return { kind, id, spec: { endpoint, ...(fewShot && { fewShot }) }, sampling };
  }
  const { kind, sampling, chatTemplate, fewShot, ...weights } = row;
  const spec = {
    ...weights,
    ...(chatTemplate !== '' && { chatTemplate }),
    ...(fewShot && { fewShot }),
  };
  return { kind, id, spec, sampling };
}

const existsRow = z.object({ isThere: z.number() });

/** Whether a system has answered anything yet. */
export const hasAnswered = (db: Database, systemId: string): boolean =>
  get(
    db,
    existsRow,
    `SELECT EXISTS (SELECT 1 FROM generation WHERE system_id = @systemId AND finish <> 'failed')
       AS isThere`,
    { systemId },
  )?.isThere === 1;

/** The checkpoint whose weights a system has; null where it has none. */
export function checkpointOfSystem(db: Database, id: string): string | null {
  const system = findSystem(db, id);
  return system?.kind === 'weights' ? system.spec.checkpointId : null;
}
