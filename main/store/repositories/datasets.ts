import { createHash, type Hash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { datasetSchema, type Dataset } from '../../../shared/domain/dataset.ts';
import type { Message } from '../../../shared/domain/message.ts';
import {
  countSchema,
  hashSchema,
  idSchema,
  nameSchema,
} from '../../../shared/domain/stored-value.ts';
import { all, assembled, get, run, withTransaction, type Database } from '../database.ts';
import { messagesColumn } from '../columns.ts';
import { changedSinceFrozen, changedSinceStored, versionHash } from '../content-hash.ts';
import { isLive, keepApart } from './labels.ts';
import { nextSequence } from './sequence.ts';

const acceptedRow = z.object({
  sampleId: idSchema,
  prompt: z.string(),
  sequence: countSchema,
  contentHash: hashSchema,
  messages: messagesColumn,
  unhashedWeights: z.string().nullable(),
});

/** Where a reading of the accepted samples stands, and the hash of those that were read. */
export interface VerifiedSamples {
  after: { sequence: number; id: string };
  hash: Hash;
  isDone: boolean;
}

/** The beginning of a reading of the accepted samples. */
export const verifyNothingYet = (): VerifiedSamples => ({
  after: { sequence: -1, id: '' },
  hash: createHash('sha256'),
  isDone: false,
});

// The plus keeps SQLite from sorting all accepted samples for each piece.
/**
 * Reads the next accepted samples in list order and compares each with its hash. Throws
 * PROJECT_INVALID at the first that is not what was stored.
 */
export function verifyAccepted(db: Database, { after, hash }: VerifiedSamples, limit: number) {
  const rows = all(
    db,
    acceptedRow,
    `SELECT s.id AS sampleId, s.prompt_preview AS prompt, s.sequence,
       v.content_hash AS contentHash, v.messages_json AS messages, w.weights AS unhashedWeights
     FROM sample s JOIN sample_version v ON v.id = s.current_version_id
     LEFT JOIN unhashed_weights w ON w.version_id = v.id
     WHERE +s.status = 'accepted' AND (s.sequence, s.id) > (@sequence, @id)
     ORDER BY s.sequence, s.id LIMIT @limit`,
    { ...after, limit },
  );
  for (const row of rows) {
    const found = versionHash(row);
    if (found !== row.contentHash) throw changedSinceStored(row, found);
    hash.update(`${found}\n`);
  }
  const last = rows.at(-1);
  const isDone = rows.length < limit;
  return { after: last ? { sequence: last.sequence, id: last.sampleId } : after, hash, isDone };
}

/** Every accepted sample at once: of a project that holds few. */
function verifyAllAccepted(db: Database): void {
  let verified = verifyNothingYet();
  while (!verified.isDone) verified = verifyAccepted(db, verified, 1000);
}

/**
 * Freezes every accepted sample in list order under a new name. Returns `undefined` when no
 * sample is accepted. The caller checks that the name is free. `verified` is the hash of what
 * `verifyAccepted` read; where others are accepted by now, all are read once more.
 */
export function freezeDataset(
  db: Database,
  name: string,
  author: string,
  verified?: string,
): Dataset | undefined {
  return withTransaction(db, () => {
    const items = acceptedVersions(db);
    if (items.length === 0) return undefined;
    const contentHash = hashOfAll(items.map((item) => item.contentHash));
    if (verified !== contentHash) verifyAllAccepted(db);
    const dataset = { id: uuidv7(), name, contentHash, author };
    run(
      db,
      `INSERT INTO dataset (id, name, content_hash, author, created_ms, sequence)
       VALUES (@id, @name, @contentHash, @author, @createdMs, @sequence)`,
      { ...dataset, createdMs: Date.now(), sequence: nextSequence(db) },
    );
    keepApart(db, { thing: 'dataset', id: dataset.id }, { table: 'dataset', name });
    for (const [ordinal, { versionId }] of items.entries())
      run(
        db,
        `INSERT INTO dataset_item (dataset_id, ordinal, version_id)
         VALUES (@datasetId, @ordinal, @versionId)`,
        { datasetId: dataset.id, ordinal, versionId },
      );
    return findDataset(db, 'id', dataset.id);
  });
}

/** The hash of a dataset: over the content hashes of its samples in their order. */
function hashOfAll(contentHashes: readonly string[]): string {
  const hash = createHash('sha256');
  for (const contentHash of contentHashes) hash.update(`${contentHash}\n`);
  return hash.digest('hex');
}

const versionRow = z.object({ versionId: idSchema, contentHash: hashSchema });

const acceptedVersions = (db: Database) =>
  all(
    db,
    versionRow,
    `SELECT v.id AS versionId, v.content_hash AS contentHash FROM sample s
     JOIN sample_version v ON v.id = s.current_version_id
     WHERE s.status = 'accepted' ORDER BY s.sequence, s.id`,
  );

const datasetRow = datasetSchema.omit({ samples: true, bySource: true });
const datasetColumns = 'id, name, content_hash AS contentHash, author, created_ms AS createdMs';

function withCounts(db: Database, row: z.infer<typeof datasetRow>): Dataset {
  const bySource = all(
    db,
    datasetSchema.shape.bySource.element,
    `SELECT s.source, count(*) AS samples FROM dataset_item i
     JOIN sample_version v ON v.id = i.version_id JOIN sample s ON s.seq = v.sample_seq
     WHERE i.dataset_id = @datasetId GROUP BY s.source ORDER BY s.source`,
    { datasetId: row.id },
  );
  return { ...row, samples: bySource.reduce((sum, { samples }) => sum + samples, 0), bySource };
}

/** Every dataset that nobody deleted, newest first. */
export function listDatasets(db: Database): Dataset[] {
  const rows = all(
    db,
    datasetRow,
    assembled(
      `SELECT ${datasetColumns} FROM dataset WHERE ${isLive('dataset', 'dataset.id')}
       ORDER BY sequence DESC, id DESC`,
    ),
    {},
  );
  return rows.map((row) => withCounts(db, row));
}

/** A dataset by id or by name. */
export function findDataset(db: Database, by: 'id' | 'name', value: string): Dataset | undefined {
  const row = get(db, datasetRow, `SELECT ${datasetColumns} FROM dataset WHERE ${by} = @value`, {
    value,
  });
  return row && withCounts(db, row);
}

const itemRow = z.object({
  sampleId: idSchema,
  seq: countSchema,
  prompt: z.string(),
  currentVersionId: idSchema,
  versionId: idSchema,
  source: nameSchema,
  contentHash: hashSchema,
  messages: messagesColumn,
  unhashedWeights: z.string().nullable(),
});

/** One frozen sample version with its source. */
export interface DatasetItem {
  sampleId: string;
  seq: number;
  /** False when the sample was edited after the freeze. */
  isCurrent: boolean;
  versionId: string;
  source: string;
  messages: Message[];
}

const selectItems = `SELECT s.id AS sampleId, s.seq, s.current_version_id AS currentVersionId,
    v.id AS versionId, v.content_hash AS contentHash, s.source, v.messages_json AS messages,
    w.weights AS unhashedWeights, s.prompt_preview AS prompt
  FROM dataset_item i
  JOIN sample_version v ON v.id = i.version_id JOIN sample s ON s.seq = v.sample_seq
  LEFT JOIN unhashed_weights w ON w.version_id = v.id
  WHERE i.dataset_id = @datasetId`;

const toItem = (row: z.infer<typeof itemRow>): DatasetItem => ({
  sampleId: row.sampleId,
  seq: row.seq,
  isCurrent: row.currentVersionId === row.versionId,
  versionId: row.versionId,
  source: row.source,
  messages: row.messages,
});

/**
 * The exact sample versions of a dataset in their order. Throws PROJECT_INVALID when they are not
 * what the dataset's hash was made of: whoever uses them passes that hash on.
 */
export function datasetItems(db: Database, dataset: FrozenDataset): DatasetItem[] {
  const rows = all(db, itemRow, `${selectItems} ORDER BY i.ordinal`, { datasetId: dataset.id });
  const found = hashOfAll(rows.map(versionHash));
  if (found !== dataset.contentHash) throw changedSinceFrozen('dataset', dataset, found);
  return rows.map(toItem);
}

/** What a frozen list is called and must hash to. */
export type FrozenDataset = Pick<Dataset, 'id' | 'name' | 'contentHash'>;

/** One sample as a dataset froze it; PROJECT_INVALID when its content has another hash now. */
export function findDatasetItem(
  db: Database,
  datasetId: string,
  sampleId: string,
): DatasetItem | undefined {
  const row = get(db, itemRow, `${selectItems} AND s.id = @sampleId`, { datasetId, sampleId });
  if (!row) return undefined;
  const found = versionHash(row);
  if (found !== row.contentHash) throw changedSinceStored(row, found);
  return toItem(row);
}

const answersRow = z.object({ ordinal: countSchema, answers: countSchema });

/** How many answers each sample of a dataset holds, from `first` on in its order. */
export const answersPerItem = (db: Database, datasetId: string, first: number, limit: number) =>
  all(
    db,
    answersRow,
    `SELECT i.ordinal, (SELECT count(*) FROM json_each(v.messages_json) m
         WHERE json_extract(m.value, '$.role') = 'assistant') AS answers
     FROM dataset_item i JOIN sample_version v ON v.id = i.version_id
     WHERE i.dataset_id = @datasetId AND i.ordinal >= @first ORDER BY i.ordinal LIMIT @limit`,
    { datasetId, first, limit },
  );
