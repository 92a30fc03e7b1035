import { createHash } from 'node:crypto';
import { z } from 'zod';
import { datasetSchema, type Dataset } from '../../../shared/domain/dataset.ts';
import type { Message } from '../../../shared/domain/message.ts';
import { provenanceSchema, type Provenance } from '../../../shared/domain/sample.ts';
import {
  countSchema,
  hashSchema,
  idSchema,
  nameSchema,
} from '../../../shared/domain/stored-value.ts';
import { all, assembled, get, type Database } from '../database.ts';
import { idRow, json, messagesColumn } from '../columns.ts';
import { changedSinceFrozen, changedSinceStored, versionHash } from '../content-hash.ts';
import type { Steps } from '../steps.ts';
import { isLive } from './labels.ts';

const datasetRow = datasetSchema.omit({ bySource: true });

/** A dataset without its sources, which takes looking at each of its samples. */
export type StoredDataset = z.infer<typeof datasetRow>;

// Ordinals count from 0, so that a million items need not be counted.
const datasetColumns = `id, name, content_hash AS contentHash, author, created_ms AS createdMs,
  (SELECT coalesce(max(ordinal) + 1, 0) FROM dataset_item WHERE dataset_id = dataset.id) AS samples`;

// What is being frozen is there for nobody.
const isFinished = 'id NOT IN (SELECT dataset_id FROM unfinished_dataset)';

/** True when a dataset has this name, or is being frozen under it. */
export const isDatasetName = (db: Database, name: string): boolean =>
  get(db, idRow, 'SELECT id FROM dataset WHERE name = @name', { name }) !== undefined;

/** Every dataset that nobody deleted, newest first. */
export function listDatasets(db: Database): StoredDataset[] {
  return all(
    db,
    datasetRow,
    assembled(
      `SELECT ${datasetColumns} FROM dataset
       WHERE ${isFinished} AND ${isLive('dataset', 'dataset.id')}
       ORDER BY sequence DESC, id DESC`,
    ),
    {},
  );
}

/** A dataset by id or by name. */
export function findDataset(
  db: Database,
  by: 'id' | 'name',
  value: string,
): StoredDataset | undefined {
  const sql: string = `SELECT ${datasetColumns} FROM dataset WHERE ${by} = @value AND ${isFinished}`;
  return get(db, datasetRow, sql, { value });
}

const sourceRow = datasetSchema.shape.bySource.element.extend({ last: countSchema });

/** How many samples of a dataset come from each source, in steps. */
export function* countSources(db: Database, datasetId: string): Steps<Dataset['bySource']> {
  const counts = new Map<string, number>();
  for (let after = -1; ;) {
    const rows = all(
      db,
      sourceRow,
      `SELECT s.source, count(*) AS samples, max(i.ordinal) AS last FROM (
         SELECT ordinal, version_id FROM dataset_item
         WHERE dataset_id = @datasetId AND ordinal > @after ORDER BY ordinal LIMIT @limit
       ) i JOIN sample_version v ON v.id = i.version_id JOIN sample s ON s.seq = v.sample_seq
       GROUP BY s.source`,
      { datasetId, after, limit: yield },
    );
    for (const { source, samples } of rows) counts.set(source, (counts.get(source) ?? 0) + samples);
    if (rows.length === 0) break;
    after = Math.max(...rows.map(({ last }) => last));
  }
  const sources = [...counts].map(([source, samples]) => ({ source, samples }));
  return sources.toSorted((a, b) => (a.source < b.source ? -1 : 1));
}

const itemRow = z.object({
  ordinal: countSchema,
  sampleId: idSchema,
  seq: countSchema,
  prompt: z.string(),
  currentVersionId: idSchema,
  versionId: idSchema,
  source: nameSchema,
  provenance: json(provenanceSchema),
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
  provenance: Provenance;
  messages: Message[];
}

const selectItems = `SELECT i.ordinal, s.id AS sampleId, s.seq, s.current_version_id AS currentVersionId,
    v.id AS versionId, v.content_hash AS contentHash, s.source, s.provenance_json AS provenance,
    v.messages_json AS messages,
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
  provenance: row.provenance,
  messages: row.messages,
});

/**
 * The exact sample versions of a dataset in their order, a page of at most `limit` and about 4 MB
 * at each `next(limit)`. The end throws PROJECT_INVALID when they are not what the dataset's hash
 * was made of: whoever uses them passes that hash on, so nothing counts before the end.
 */
export function* datasetPages(
  db: Database,
  dataset: FrozenDataset,
): Generator<DatasetItem[], void, number> {
  const hash = new ListHash();
  let limit = yield [];
  for (let after = -1; ;) {
    const rows = all(
      db,
      itemRow,
      `${selectItems} AND i.ordinal > @after AND i.ordinal <= @through ORDER BY i.ordinal`,
      { datasetId: dataset.id, after, through: endOfPage(db, dataset.id, after, limit) },
    );
    for (const row of rows) hash.add(versionHash(row));
    const last = rows.at(-1);
    if (!last) break;
    after = last.ordinal;
    limit = yield rows.map(toItem);
  }
  const found = hash.digest();
  if (found !== dataset.contentHash) throw changedSinceFrozen('dataset', dataset, found);
}

const sizeRow = z.object({ ordinal: countSchema, bytes: countSchema });
const mostPageBytes = 4_000_000;

/** The last item of a page: of long texts there are fewer in one, which is held in memory. */
function endOfPage(db: Database, datasetId: string, after: number, limit: number): number {
  const sizes = all(
    db,
    sizeRow,
    `SELECT i.ordinal, octet_length(v.messages_json) AS bytes
     FROM dataset_item i JOIN sample_version v ON v.id = i.version_id
     WHERE i.dataset_id = @datasetId AND i.ordinal > @after ORDER BY i.ordinal LIMIT @limit`,
    { datasetId, after, limit },
  );
  let through = after;
  let bytes = 0;
  for (const size of sizes) {
    bytes += size.bytes;
    if (through > after && bytes > mostPageBytes) break;
    through = size.ordinal;
  }
  return through;
}

/** The hash of a dataset: over the content hashes of its samples in their order. */
export class ListHash {
  readonly #hash = createHash('sha256');

  /** Adds the content hash of the next sample. */
  add(contentHash: string): void {
    this.#hash.update(`${contentHash}\n`);
  }

  /** The hash of all that was added; nothing can be added any more. */
  digest(): string {
    return this.#hash.digest('hex');
  }
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
