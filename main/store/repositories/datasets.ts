import { createHash } from 'node:crypto';
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
import { all, get, run, withTransaction, type Database } from '../database.ts';
import { messagesColumn } from '../columns.ts';
import { nextSequence } from './sequence.ts';

/**
 * Freezes every accepted sample in list order under a new name. Returns `undefined` when no
 * sample is accepted. The caller checks that the name is free.
 */
export function freezeDataset(db: Database, name: string, author: string): Dataset | undefined {
  return withTransaction(db, () => {
    const items = acceptedVersions(db);
    if (items.length === 0) return undefined;
    const hash = createHash('sha256');
    for (const item of items) hash.update(`${item.contentHash}\n`);
    const dataset = { id: uuidv7(), name, contentHash: hash.digest('hex'), author };
    run(
      db,
      `INSERT INTO dataset (id, name, content_hash, author, created_ms, sequence)
       VALUES (@id, @name, @contentHash, @author, @createdMs, @sequence)`,
      { ...dataset, createdMs: Date.now(), sequence: nextSequence(db) },
    );
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

const versionRow = z.object({ versionId: idSchema, contentHash: hashSchema });

const acceptedVersions = (db: Database) =>
  all(
    db,
    versionRow,
    `SELECT v.id AS versionId, v.content_hash AS contentHash FROM sample s
     JOIN sample_version v ON v.id = s.current_version_id
     WHERE s.status = 'accepted' ORDER BY s.seq`,
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

/** Every dataset, newest first. */
export function listDatasets(db: Database): Dataset[] {
  const rows = all(
    db,
    datasetRow,
    `SELECT ${datasetColumns} FROM dataset ORDER BY sequence DESC, id DESC`,
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
  currentVersionId: idSchema,
  versionId: idSchema,
  source: nameSchema,
  messages: messagesColumn,
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
    v.id AS versionId, s.source, v.messages_json AS messages
  FROM dataset_item i
  JOIN sample_version v ON v.id = i.version_id JOIN sample s ON s.seq = v.sample_seq
  WHERE i.dataset_id = @datasetId`;

const toItem = ({ currentVersionId, ...row }: z.infer<typeof itemRow>): DatasetItem => ({
  ...row,
  isCurrent: currentVersionId === row.versionId,
});

/** The exact sample versions of a dataset in their order. */
export function datasetItems(db: Database, datasetId: string): DatasetItem[] {
  return all(db, itemRow, `${selectItems} ORDER BY i.ordinal`, { datasetId }).map(toItem);
}

/** One sample as a dataset froze it. */
export function findDatasetItem(
  db: Database,
  datasetId: string,
  sampleId: string,
): DatasetItem | undefined {
  const row = get(db, itemRow, `${selectItems} AND s.id = @sampleId`, { datasetId, sampleId });
  return row && toItem(row);
}
