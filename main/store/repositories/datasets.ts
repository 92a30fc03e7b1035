import { createHash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import type { Dataset } from '../../../shared/domain/dataset.ts';
import type { Message } from '../../../shared/domain/message.ts';
import { all, get, run, withTransaction, type Database } from '../database.ts';
import { parseMessages } from '../json-column.ts';

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

/**
 * Freezes every accepted sample in list order under a new name. Returns `undefined` when no
 * sample is accepted. The caller checks that the name is free.
 */
export function freezeDataset(db: Database, name: string, author: string): Dataset | undefined {
  return withTransaction(db, () => {
    const items = all<{ version_id: string; content_hash: string }>(
      db,
      `SELECT v.id AS version_id, v.content_hash FROM sample s
       JOIN sample_version v ON v.id = s.current_version_id
       WHERE s.status = 'accepted' ORDER BY s.seq`,
    );
    if (items.length === 0) return undefined;
    const hash = createHash('sha256');
    for (const item of items) hash.update(`${item.content_hash}\n`);
    const id = uuidv7();
    run(
      db,
      'INSERT INTO dataset (id, name, content_hash, author, created_ms) VALUES (?, ?, ?, ?, ?)',
      id,
      name,
      hash.digest('hex'),
      author,
      Date.now(),
    );
    items.forEach((item, ordinal) =>
      run(
        db,
        'INSERT INTO dataset_item (dataset_id, ordinal, version_id) VALUES (?, ?, ?)',
        id,
        ordinal,
        item.version_id,
      ),
    );
    return findDataset(db, 'id', id);
  });
}

interface DatasetColumns {
  id: string;
  name: string;
  content_hash: string;
  author: string;
  created_ms: number;
}

function toDataset(db: Database, row: DatasetColumns): Dataset {
  const bySource = all<{ source: string; samples: number }>(
    db,
    `SELECT s.source, count(*) AS samples FROM dataset_item i
     JOIN sample_version v ON v.id = i.version_id JOIN sample s ON s.seq = v.sample_seq
     WHERE i.dataset_id = ? GROUP BY s.source ORDER BY s.source`,
    row.id,
  );
  return {
    id: row.id,
    name: row.name,
    contentHash: row.content_hash,
    samples: bySource.reduce((sum, entry) => sum + entry.samples, 0),
    bySource,
    author: row.author,
    createdMs: row.created_ms,
  };
}

/** Every dataset, newest first. */
export function listDatasets(db: Database): Dataset[] {
  const rows = all<DatasetColumns>(db, 'SELECT * FROM dataset ORDER BY id DESC');
  return rows.map((row) => toDataset(db, row));
}

/** A dataset by id or by name. */
export function findDataset(db: Database, by: 'id' | 'name', value: string): Dataset | undefined {
  const row = get<DatasetColumns>(db, `SELECT * FROM dataset WHERE ${by} = ?`, value);
  return row && toDataset(db, row);
}

interface ItemColumns {
  sample_id: string;
  seq: number;
  current_version_id: string;
  version_id: string;
  source: string;
  messages_json: string;
}

const selectItems = `SELECT s.id AS sample_id, s.seq, s.current_version_id, v.id AS version_id,
    s.source, v.messages_json
  FROM dataset_item i
  JOIN sample_version v ON v.id = i.version_id JOIN sample s ON s.seq = v.sample_seq
  WHERE i.dataset_id = ?`;

const toItem = (row: ItemColumns): DatasetItem => ({
  sampleId: row.sample_id,
  seq: row.seq,
  isCurrent: row.current_version_id === row.version_id,
  versionId: row.version_id,
  source: row.source,
  messages: parseMessages(row.messages_json),
});

/** The exact sample versions of a dataset in their order. */
export function datasetItems(db: Database, datasetId: string): DatasetItem[] {
  return all<ItemColumns>(db, `${selectItems} ORDER BY i.ordinal`, datasetId).map(toItem);
}

/** One sample as a dataset froze it. */
export function findDatasetItem(
  db: Database,
  datasetId: string,
  sampleId: string,
): DatasetItem | undefined {
  const row = get<ItemColumns>(db, `${selectItems} AND s.id = ?`, datasetId, sampleId);
  return row && toItem(row);
}
