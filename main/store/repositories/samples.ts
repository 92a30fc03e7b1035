import { v7 as uuidv7 } from 'uuid';
import type { Message } from '../../../shared/domain/message.ts';
import {
  type Flag,
  type Provenance,
  type Sample,
  type SampleStatus,
  provenanceSchema,
} from '../../../shared/domain/sample.ts';
import { all, get, run, withTransaction, type Database } from '../database.ts';
import { parseColumn, parseMessages } from '../json-column.ts';

/** A sample about to be stored; `originHash` is what makes a second import add nothing. */
export interface NewSample {
  messages: Message[];
  source: string;
  provenance: Provenance;
  flags: Flag[];
  originHash: string;
}

const previewLength = 160;

function preview(messages: readonly Message[], role: 'user' | 'assistant'): string {
  const text = messages.find((message) => message.role === role)?.content ?? '';
  return text.replaceAll(/\s+/g, ' ').trim().slice(0, previewLength);
}

function summary(messages: readonly Message[]) {
  return {
    prompt: preview(messages, 'user'),
    answer: preview(messages, 'assistant'),
    turns: messages.filter((message) => message.role !== 'system').length,
    characters: messages.reduce((sum, message) => sum + message.content.length, 0),
  };
}

const searchText = (messages: readonly Message[]) =>
  messages.map((message) => message.content).join('\n\n');

/** Stores a batch in one transaction and returns how many of them were new. */
export function addSamples(db: Database, samples: readonly NewSample[], author: string): number {
  return withTransaction(db, () => {
    let added = 0;
    for (const sample of samples) if (insertSample(db, sample, author)) added += 1;
    return added;
  });
}

/** Stores one sample and returns its id, or `undefined` when its origin is known already. */
export function insertSample(db: Database, sample: NewSample, author: string): string | undefined {
  if (hasOrigin(db, sample.originHash)) return undefined;
  const id = uuidv7();
  const versionId = uuidv7();
  const text = summary(sample.messages);
  run(
    db,
    `INSERT INTO sample (id, origin_hash, source, status, current_version_id, provenance_json,
       prompt_preview, answer_preview, turns, characters, created_ms)
     VALUES (?, ?, ?, 'pending', ?, ?, ?, ?, ?, ?, ?)`,
    id,
    sample.originHash,
    sample.source,
    versionId,
    JSON.stringify(sample.provenance),
    text.prompt,
    text.answer,
    text.turns,
    text.characters,
    Date.now(),
  );
  const seq = get<{ seq: number }>(db, 'SELECT last_insert_rowid() AS seq')?.seq ?? 0;
  const version = { id: versionId, ordinal: 1, hash: sample.originHash };
  insertVersion(db, { seq, ...version, messages: sample.messages, author });
  run(db, 'INSERT INTO sample_fts (rowid, text) VALUES (?, ?)', seq, searchText(sample.messages));
  for (const flag of sample.flags)
    run(
      db,
      'INSERT OR IGNORE INTO sample_flag (sample_seq, rule, scope, reason) VALUES (?, ?, ?, ?)',
      seq,
      flag.rule,
      flag.scope,
      flag.reason,
    );
  return id;
}

/** True when a sample of this origin is in the project, whatever became of it. */
export function hasOrigin(db: Database, originHash: string): boolean {
  return get(db, 'SELECT 1 FROM sample WHERE origin_hash = ?', originHash) !== undefined;
}

interface NewVersion {
  seq: number;
  id: string;
  ordinal: number;
  messages: readonly Message[];
  hash: string;
  author: string;
}

function insertVersion(db: Database, version: NewVersion): void {
  run(
    db,
    `INSERT INTO sample_version (id, sample_seq, ordinal, messages_json, content_hash, author,
       created_ms) VALUES (?, ?, ?, ?, ?, ?, ?)`,
    version.id,
    version.seq,
    version.ordinal,
    JSON.stringify(version.messages),
    version.hash,
    version.author,
    Date.now(),
  );
}

/** Appends a version and makes it current; earlier ones stay for datasets that hold them. */
export function addVersion(
  db: Database,
  sample: Sample,
  edit: { messages: Message[]; hash: string; author: string },
): void {
  withTransaction(db, () => {
    const id = uuidv7();
    const ordinal = sample.versionOrdinal + 1;
    insertVersion(db, { seq: sample.seq, id, ordinal, ...edit });
    const text = summary(edit.messages);
    run(
      db,
      `UPDATE sample SET current_version_id = ?, prompt_preview = ?, answer_preview = ?, turns = ?,
         characters = ? WHERE seq = ?`,
      id,
      text.prompt,
      text.answer,
      text.turns,
      text.characters,
      sample.seq,
    );
    run(db, 'DELETE FROM sample_fts WHERE rowid = ?', sample.seq);
    run(
      db,
      'INSERT INTO sample_fts (rowid, text) VALUES (?, ?)',
      sample.seq,
      searchText(edit.messages),
    );
  });
}

/** A whole sample in its current version. */
export function getSample(db: Database, id: string): Sample | undefined {
  const row = get<{
    seq: number;
    id: string;
    current_version_id: string;
    ordinal: number;
    status: SampleStatus;
    source: string;
    messages_json: string;
    provenance_json: string;
    created_ms: number;
  }>(
    db,
    `SELECT s.seq, s.id, s.current_version_id, v.ordinal, s.status, s.source, v.messages_json,
       s.provenance_json, s.created_ms
     FROM sample s JOIN sample_version v ON v.id = s.current_version_id WHERE s.id = ?`,
    id,
  );
  if (!row) return undefined;
  return {
    seq: row.seq,
    id: row.id,
    versionId: row.current_version_id,
    versionOrdinal: row.ordinal,
    status: row.status,
    source: row.source,
    messages: parseMessages(row.messages_json),
    provenance: parseColumn(provenanceSchema, row.provenance_json),
    flags: all<Flag>(
      db,
      'SELECT rule, scope, reason FROM sample_flag WHERE sample_seq = ? ORDER BY rule',
      row.seq,
    ),
    createdMs: row.created_ms,
  };
}
