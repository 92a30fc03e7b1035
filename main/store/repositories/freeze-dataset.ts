import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { hashSchema, idSchema } from '../../../shared/domain/stored-value.ts';
import { messagesColumn, sequenceColumn } from '../columns.ts';
import { changedSinceStored, versionHash } from '../content-hash.ts';
import { all, get, run, withoutSyncing, withTransaction, type Database } from '../database.ts';
import { takeAtOnce, type Steps } from '../steps.ts';
import { findDataset, ListHash, type StoredDataset } from './datasets.ts';
import { keepApart } from './labels.ts';
import { nextSequence } from './sequence.ts';

/** What is about to be frozen: versions in order, and the hash of their words. */
export interface AcceptedList {
  versionIds: string[];
  contentHash: string;
}

const sampleRow = z.object({
  sequence: sequenceColumn,
  seq: z.number().int(),
  isAccepted: z.number().int(),
  id: idSchema,
  versionId: idSchema,
  contentHash: hashSchema,
  prompt: z.string(),
  messages: messagesColumn.nullable(),
  unhashedWeights: z.string().nullable(),
});

type SampleRow = z.infer<typeof sampleRow>;

/**
 * Lists every accepted sample that is not in the bin, in list order, in steps; `onRows` hears how
 * many samples were looked at. Throws PROJECT_INVALID at the first that is not what was stored.
 */
export function* listAccepted(
  db: Database,
  onRows: (done: number) => void = () => undefined,
): Steps<AcceptedList> {
  let looked = 0;
  const hash = new ListHash();
  const versionIds: string[] = [];
  // Samples of one batch share a sequence number and are in the order of their ids.
  let batch: SampleRow[] = [];
  const endBatch = () => {
    for (const row of batch.toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
      const { messages } = row;
      const found = messages && versionHash({ ...row, messages });
      if (found !== null && found !== row.contentHash)
        throw changedSinceStored({ ...row, sampleId: row.id }, found);
      versionIds.push(row.versionId);
      hash.add(row.contentHash);
    }
    batch = [];
  };
  for (let last = { sequence: -1, seq: -1 }; ;) {
    const rows = samplesAfter(db, last, yield);
    for (const row of rows) {
      if (row.sequence !== last.sequence) endBatch();
      if (row.isAccepted === 1) batch.push(row);
      last = row;
    }
    onRows((looked += rows.length));
    if (rows.length > 0) continue;
    endBatch();
    return { versionIds, contentHash: hash.digest() };
  }
}

const isAccepted = `(s.status = 'accepted'
  AND NOT EXISTS (SELECT 1 FROM binned_sample i WHERE i.sample_seq = s.seq))`;

// The inner query is answered by the index alone, whatever the samples hold.
const samplesAfter = (
  db: Database,
  { sequence, seq }: { sequence: number; seq: number },
  limit: number,
) =>
  all(
    db,
    sampleRow,
    `SELECT p.sequence, p.seq, ${isAccepted} AS "isAccepted", s.id, v.id AS versionId, v.content_hash AS contentHash,
       s.prompt_preview AS prompt, w.weights AS unhashedWeights,
       CASE WHEN ${isAccepted} THEN v.messages_json END AS messages
     FROM (SELECT sequence, seq FROM sample WHERE (sequence, seq) > (@sequence, @seq)
       ORDER BY sequence, seq LIMIT @limit) p
     CROSS JOIN sample s ON s.seq = p.seq JOIN sample_version v ON v.id = s.current_version_id
     LEFT JOIN unhashed_weights w ON w.version_id = v.id
     ORDER BY p.sequence, p.seq`,
    { sequence, seq, limit },
  );

const flagRow = z.object({ is: z.number() });
const lastRow = z.object({ last: sequenceColumn });

/** How far the order of the project has counted. */
export const lastSequence = (db: Database): number =>
  get(db, lastRow, 'SELECT last_sequence AS last FROM project')?.last ?? 0;

/** True when a sample was reviewed or edited after a place in the order. */
export const isJudgedSince = (db: Database, sequence: number): boolean =>
  get(
    db,
    flagRow,
    `SELECT EXISTS (SELECT 1 FROM review_batch WHERE sequence > @sequence)
       OR EXISTS (SELECT 1 FROM sample_version WHERE sequence > @sequence AND ordinal > 1) AS "is"`,
    { sequence },
  )?.is === 1;

/** A list under a name that the caller knows to be free. */
export interface NewDataset extends AcceptedList {
  id: string;
  name: string;
  author: string;
}

/**
 * Stores a dataset in steps. It is there for nobody before the last, which waits for the disk; what a
 * crash leaves of it is removed by `removeUnfinished`. `onItems` hears how many are stored.
 */
export function* storeDataset(
  db: Database,
  dataset: NewDataset,
  onItems: (done: number) => void = () => undefined,
): Steps<StoredDataset | undefined> {
  const { id, versionIds } = dataset;
  withTransaction(db, () => {
    run(db, 'INSERT INTO unfinished_dataset (dataset_id) VALUES (@id)', { id });
    insertDataset(db, dataset);
  });
  for (let from = 0; from < versionIds.length;) {
    const until = from + (yield);
    withoutSyncing(db, () => withTransaction(db, () => insertItems(db, dataset, from, until)));
    from = until;
    onItems(Math.min(until, versionIds.length));
  }
  withTransaction(db, () => {
    run(db, 'DELETE FROM unfinished_dataset WHERE dataset_id = @id', { id });
    keepApart(db, { thing: 'dataset', id }, { table: 'dataset', name: dataset.name });
  });
  return findDataset(db, 'id', id);
}

/** The same in one transaction: for so few that it takes no time. */
export function storeSmallDataset(db: Database, dataset: NewDataset): StoredDataset | undefined {
  return withTransaction(db, () => {
    const { id, name, versionIds } = dataset;
    insertDataset(db, dataset);
    keepApart(db, { thing: 'dataset', id }, { table: 'dataset', name });
    insertItems(db, dataset, 0, versionIds.length);
    return findDataset(db, 'id', id);
  });
}

/** Freezes every accepted sample at once; `undefined` when none is: of a small project. */
export function freezeDataset(
  db: Database,
  name: string,
  author: string,
): StoredDataset | undefined {
  const list = takeAtOnce(listAccepted(db));
  if (list.versionIds.length === 0) return undefined;
  return storeSmallDataset(db, { ...list, id: uuidv7(), name, author });
}

const idRows = (db: Database) =>
  all(db, itemsRow, 'SELECT dataset_id AS id FROM unfinished_dataset');

/** Removes what a crash or a cancel left of a dataset, or of all that are unfinished, in steps. */
export function* removeUnfinished(db: Database, datasetId?: string): Steps<void> {
  const ids = idRows(db).map(({ id }) => id);
  for (const id of ids.filter((each) => datasetId === undefined || each === datasetId)) {
    for (let count = 1; count > 0;) {
      const limit = yield;
      count = withoutSyncing(db, () => deleteItems(db, id, limit));
    }
    withTransaction(db, () => {
      run(db, 'DELETE FROM dataset WHERE id = @id', { id });
      run(db, 'DELETE FROM unfinished_dataset WHERE dataset_id = @id', { id });
    });
  }
}

const deleteItems = (db: Database, id: string, limit: number) =>
  run(
    db,
    `DELETE FROM dataset_item WHERE dataset_id = @id AND ordinal IN (
       SELECT ordinal FROM dataset_item WHERE dataset_id = @id ORDER BY ordinal LIMIT @limit)`,
    { id, limit },
  );

const itemsRow = z.object({ id: idSchema });

function insertItems(db: Database, { id, versionIds }: NewDataset, from: number, until: number) {
  for (const [at, versionId] of versionIds.slice(from, until).entries())
    run(
      db,
      `INSERT INTO dataset_item (dataset_id, ordinal, version_id)
       VALUES (@id, @ordinal, @versionId)`,
      { id, ordinal: from + at, versionId },
    );
}

function insertDataset(db: Database, { id, name, contentHash, author }: NewDataset) {
  run(
    db,
    `INSERT INTO dataset (id, name, content_hash, author, created_ms, sequence)
     VALUES (@id, @name, @contentHash, @author, @createdMs, @sequence)`,
    { id, name, contentHash, author, createdMs: Date.now(), sequence: nextSequence(db) },
  );
}
