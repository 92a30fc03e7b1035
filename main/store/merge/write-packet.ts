import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import type { TurnAnswer } from '../../../shared/domain/evaluate/dialogue.ts';
import { identitySchema, samplingSchema } from '../../../shared/domain/identity.ts';
import type { Message } from '../../../shared/domain/message.ts';
import type { ModelInfo } from '../../../shared/domain/model/model.ts';
import { notTold, type PacketKind } from '../../../shared/domain/project/packet.ts';
import { messagesColumn } from '../columns.ts';
import { get, run, withTransaction, type Database } from '../database.ts';
import { changedSinceStored, versionHash } from '../content-hash.ts';
import { pairsId } from '../repositories/project/packet.ts';
import { insertSearchText } from '../repositories/samples/samples.ts';

const projectRow = z.object({
  uuid: z.string(),
  createdMs: z.number().int(),
  lastSequence: z.number().int(),
});

const hiddenModel: ModelInfo = {
  name: notTold,
  architecture: notTold,
  parameters: 0,
  quantization: notTold,
  layers: 0,
  contextLength: 0,
  vocabularySize: 0,
  embeddingLength: 0,
  trainable: notTold,
  tensorTypes: {},
  fileSizeBytes: 0,
  hasChatTemplate: false,
};

/**
 * Makes an empty project a packet of another one: a copy by its identity, which goes on with the
 * order where the project stands, so that what is judged in it comes later.
 */
export function beginPacket(
  packet: Database,
  project: Database,
  {
    kind,
    annotator,
    bothBad = false,
  }: { kind: PacketKind; annotator: string; bothBad?: boolean | undefined },
): void {
  const source = get(
    project,
    projectRow,
    `SELECT uuid, created_ms AS createdMs, last_sequence AS lastSequence FROM project`,
  );
  if (!source) throw new Error('The open project lacks its row');
  withTransaction(packet, () => {
    run(
      packet,
      `UPDATE project SET uuid = @uuid, created_ms = @createdMs, last_sequence = @lastSequence`,
      source,
    );
    run(
      packet,
      `INSERT INTO packet (id, kind, annotator, created_ms) VALUES (1, @kind, @annotator, @createdMs)`,
      { kind, annotator, createdMs: Date.now() },
    );
    if (kind === 'evaluation') insertPairs(packet, bothBad);
  });
}

const sampleRow = z.object({
  seq: z.number().int(),
  id: z.string(),
  sampleId: z.string(),
  originHash: z.string(),
  source: z.string(),
  provenance: z.string(),
  prompt: z.string(),
  answer: z.string(),
  turns: z.number().int(),
  characters: z.number().int(),
  createdMs: z.number().int(),
  sequence: z.number().int(),
  versionId: z.string(),
  ordinal: z.number().int(),
  messages: z.string(),
  contentHash: z.string(),
  versionSequence: z.number().int(),
  unhashedWeights: z.string().nullable(),
});

const flagRow = z.object({ rule: z.string(), scope: z.string(), reason: z.string() });

/** Copies samples as they stand: their current words and flags, but nobody's review, edit or name. */
export function putSamples(packet: Database, project: Database, seqs: readonly number[]): void {
  withTransaction(packet, () => {
    for (const seq of seqs) putSample(packet, project, seq);
  });
}

function putSample(packet: Database, project: Database, seq: number): void {
  const sample = get(
    project,
    sampleRow,
    `SELECT s.seq, s.id, s.id AS sampleId, w.weights AS unhashedWeights, s.origin_hash AS originHash, s.source, s.provenance_json AS provenance,
       s.prompt_preview AS prompt, s.answer_preview AS answer, s.turns, s.characters,
       s.created_ms AS createdMs, s.sequence, v.id AS versionId, v.ordinal,
       v.messages_json AS messages, v.content_hash AS contentHash, v.sequence AS versionSequence
     FROM sample s JOIN sample_version v ON v.id = s.current_version_id
     LEFT JOIN unhashed_weights w ON w.version_id = v.id WHERE s.seq = @seq`,
    { seq },
  );
  if (!sample) return;
  const words = messagesColumn.parse(sample.messages);
  const found = versionHash({ ...sample, messages: words });
  if (found !== sample.contentHash) throw changedSinceStored(sample, found);
  run(
    packet,
    `INSERT INTO sample (seq, id, origin_hash, source, status, current_version_id, provenance_json,
       prompt_preview, answer_preview, turns, characters, created_ms, sequence)
     VALUES (@seq, @id, @originHash, @source, 'pending', @versionId, @provenance, @prompt, @answer,
       @turns, @characters, @createdMs, @sequence)`,
    sample,
  );
  run(
    packet,
    `INSERT INTO sample_version (id, sample_seq, ordinal, messages_json, content_hash, author,
       created_ms, sequence)
     VALUES (@versionId, @seq, @ordinal, @messages, @contentHash, @notTold, @createdMs,
       @versionSequence)`,
    { ...sample, notTold },
  );
  if (sample.unhashedWeights !== null)
    run(
      packet,
      'INSERT INTO unhashed_weights (version_id, weights) VALUES (@versionId, @unhashedWeights)',
      sample,
    );
  insertSearchText(packet, seq, words);
  const flags = project
    .prepare('SELECT rule, scope, reason FROM sample_flag WHERE sample_seq = ?')
    .all(seq);
  for (const flag of z.array(flagRow).parse(flags))
    run(
      packet,
      `INSERT INTO sample_flag (sample_seq, rule, scope, reason) VALUES (@seq, @rule, @scope, @reason)`,
      { seq, ...flag },
    );
}

/** Two answers as a voter sees them. */
export interface PacketPair {
  id: string;
  ordinal: number;
  prompt: Message[];
  left: PacketAnswer;
  right: PacketAnswer;
}

/** One side: an answer, or all answers of a dialogue in order. */
interface PacketAnswer {
  output: string;
  turns: readonly string[];
}

/**
 * The frame of blind pairs. Its two systems are the two sides, not what stands behind them: which
 * system stands left changes from pair to pair, and the project alone knows where.
 */
function insertPairs(packet: Database, bothBad: boolean): void {
  const createdMs = Date.now();
  const sampling = JSON.stringify(samplingSchema.parse({}));
  const info = JSON.stringify(hiddenModel);
  run(
    packet,
    `INSERT INTO model (id, sha256, path, info_json, created_ms)
     VALUES (@pairsId, @notTold, @notTold, @info, @createdMs)`,
    { pairsId, notTold, info, createdMs },
  );
  run(
    packet,
    `INSERT INTO prompt_set (id, name, content_hash, created_ms)
     VALUES (@pairsId, 'Blind pairs', @notTold, @createdMs)`,
    { pairsId, notTold, createdMs },
  );
  for (const side of ['left', 'right'])
    run(
      packet,
      `INSERT INTO system (id, model_id, strength, sampling_json, key_hash, created_ms)
       VALUES (@side, @pairsId, 0, @sampling, @side, @createdMs)`,
      { side, pairsId, sampling, createdMs },
    );
  run(
    packet,
    `INSERT INTO evaluation (id, name, prompt_set_id, system_a_id, system_b_id, seed, parallel,
       author, created_ms, both_bad)
     VALUES (@pairsId, 'Blind pairs', @pairsId, 'left', 'right', 0, 1, @notTold, @createdMs,
       @bothBad)`,
    { pairsId, notTold, createdMs, bothBad: bothBad ? 1 : 0 },
  );
}

/** Adds pairs: the texts by side, with nothing beside them that would tell one system from the other. */
export function putPairs(packet: Database, pairs: readonly PacketPair[]): void {
  withTransaction(packet, () => {
    for (const pair of pairs) putPair(packet, pair);
  });
}

function putPair(packet: Database, { id, ordinal, prompt, left, right }: PacketPair): void {
  const promptId = uuidv7();
  run(
    packet,
    `INSERT INTO prompt (id, prompt_set_id, ordinal, messages_json)
       VALUES (@promptId, @pairsId, @ordinal, @messages)`,
    { promptId, pairsId, ordinal, messages: JSON.stringify(prompt) },
  );
  run(
    packet,
    `INSERT INTO comparison (id, evaluation_id, ordinal, prompt_id, left_side)
       VALUES (@id, @pairsId, @ordinal, @promptId, 'a')`,
    { id, pairsId, ordinal, promptId },
  );
  for (const [systemId, { output, turns }] of Object.entries({ left, right }))
    run(
      packet,
      `INSERT INTO generation (id, system_id, prompt_id, output, finish, prompt_tokens,
           output_tokens, duration_ms, identity_json, created_ms, turns_json)
         VALUES (@generationId, @systemId, @promptId, @output, 'stop', 0, 0, 0, @identity, 0,
           @earlier)`,
      {
        generationId: uuidv7(),
        systemId,
        promptId,
        output: turns.at(-1) ?? output,
        identity: hiddenIdentity,
        earlier: turns.length === 0 ? null : JSON.stringify(turns.slice(0, -1).map(hiddenTurn)),
      },
    );
}

const hidden = identitySchema.parse({
  baseSha256: notTold,
  baseName: notTold,
  adapterSha256: null,
  adapterName: null,
  strength: 0,
  templateSha256: notTold,
  sampling: samplingSchema.parse({}),
  engine: notTold,
  device: notTold,
});

const hiddenIdentity = JSON.stringify(hidden);

const hiddenTurn = (output: string): TurnAnswer => ({
  output,
  finish: 'stop',
  promptTokens: 0,
  outputTokens: 0,
  durationMs: 0,
  identity: hidden,
});
