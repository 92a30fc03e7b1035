import { z } from 'zod';
import { deleteSealedRows } from '../checksums/delete-sealed-rows.ts';
import { countRow } from '../columns.ts';
import { get, integers, run, withTransaction, type Database } from '../database.ts';
import { StoreError } from '../store-error.ts';
import { SeqSet } from '../repositories/samples/seq-set.ts';
import { takeAtOnce, type Steps } from '../steps.ts';
import { frozenAmong, type FrozenSamples } from './frozen-samples.ts';

/** Which samples in the bin stay there when it is emptied, since a dataset holds them. */
export function* keptInBin(db: Database): Steps<FrozenSamples> {
  const binned = new SeqSet();
  for (let after = -1; ;) {
    const seqs = integers(db, nextBinned, { after, limit: yield });
    for (const seq of seqs) binned.add(seq);
    const last = seqs.at(-1);
    if (last === undefined) break;
    after = last;
  }
  return yield* frozenAmong(db, (seq) => binned.has(seq));
}

const nextBinned =
  'SELECT sample_seq FROM binned_sample WHERE sample_seq > @after ORDER BY sample_seq LIMIT @limit';

const sizeRow = z.object({ bytes: z.number().int() });

/** About what samples take in the file, in steps: their words, once more for the search, and rows. */
export function* sizeOfBinned(db: Database, kept: SeqSet): Steps<number> {
  let total = 0;
  for (let after = -1; ;) {
    const seqs = integers(db, nextBinned, { after, limit: yield });
    const gone = JSON.stringify(seqs.filter((seq) => !kept.has(seq)));
    total +=
      get(
        db,
        sizeRow,
        `SELECT coalesce(sum(octet_length(messages_json) * 3 / 2 + 700), 0) AS bytes
         FROM json_each(@gone) j CROSS JOIN sample_version v ON v.sample_seq = j.value`,
        { gone },
      )?.bytes ?? 0;
    const last = seqs.at(-1);
    if (last === undefined) return total;
    after = last;
  }
}

/** How far the order of datasets has come: what a dataset keeps is looked up anew when it moved. */
export function newestDataset(db: Database): number {
  if (get(db, countRow, 'SELECT count(*) AS n FROM unfinished_dataset')?.n)
    throw new StoreError(
      'INVALID_STATE',
      'A dataset is being frozen. Wait for it, then empty the bin (again).',
    );
  return get(db, countRow, 'SELECT coalesce(max(sequence), 0) AS n FROM dataset')?.n ?? 0;
}

/** How much of the file is free for what is stored next. */
export const freeBytes = (db: Database): number =>
  Number(db.pragma('freelist_count', { simple: true })) *
  Number(db.pragma('page_size', { simple: true }));

/** What one piece of emptying the bin did. */
export interface EmptiedPiece {
  looked: number;
  emptied: number;
  /** The last sample that it looked at. */
  last: number;
}

/**
 * Takes the next samples of the bin out of the file for good, but for those that are `kept`. Their
 * origins stay known, so that neither an import nor an older copy brings them back.
 */
export function emptyPiece(db: Database, kept: SeqSet, after: number, limit: number): EmptiedPiece {
  const seqs = integers(db, nextBinned, { after, limit });
  const gone = seqs.filter((seq) => !kept.has(seq));
  removeSamples(db, gone);
  return { looked: seqs.length, emptied: gone.length, last: seqs.at(-1) ?? after };
}

const ofGone = '(SELECT seq FROM temp.gone_sample)';
const versionsOfGone = `(SELECT id FROM sample_version WHERE sample_seq IN ${ofGone})`;

/**
 * In one transaction without the checks of foreign keys: they would look through all items of all
 * datasets for each version. Nothing that stays refers to what goes.
 */
function removeSamples(db: Database, seqs: readonly number[]): void {
  if (seqs.length === 0) return;
  listGone(db, seqs);
  withoutForeignKeys(db, () => {
    run(
      db,
      `INSERT OR IGNORE INTO emptied_sample (origin_hash)
       SELECT origin_hash FROM sample WHERE seq IN (SELECT seq FROM temp.gone_sample)`,
    );
    for (const table of ['bin_move', 'review', 'sample_flag', 'binned_sample'])
      deleteSealedRows(db, table, `t.sample_seq IN ${ofGone}`);
    for (const table of ['unhashed_weights', 'sample_version_parent'])
      deleteSealedRows(db, table, `t.version_id IN ${versionsOfGone}`);
    run(db, 'DELETE FROM sample_fts WHERE rowid IN (SELECT seq FROM temp.gone_sample)');
    deleteSealedRows(db, 'sample_version', `t.sample_seq IN ${ofGone}`);
    deleteSealedRows(db, 'sample', `t.seq IN ${ofGone}`);
  });
}

function listGone(db: Database, seqs: readonly number[]): void {
  db.exec('CREATE TEMP TABLE IF NOT EXISTS gone_sample (seq INTEGER PRIMARY KEY)');
  run(db, 'DELETE FROM temp.gone_sample');
  run(db, 'INSERT INTO temp.gone_sample SELECT value FROM json_each(@seqs)', {
    seqs: JSON.stringify(seqs),
  });
}

function withoutForeignKeys(db: Database, work: () => void): void {
  const isOn = db.pragma('foreign_keys', { simple: true }) === 1;
  if (isOn) db.pragma('foreign_keys = OFF');
  try {
    withTransaction(db, work);
  } finally {
    if (isOn) db.pragma('foreign_keys = ON');
  }
}

/**
 * Takes out of a file what another copy emptied, before a merge. What a dataset here holds stays
 * with nothing but its frozen versions, so that copies come to the same whichever is merged first;
 * the merge works out anew which of them is current.
 */
export function purgeEmptied(db: Database): void {
  const seqs = integers(
    db,
    'SELECT s.seq FROM emptied_sample e CROSS JOIN sample s ON s.origin_hash = e.origin_hash',
    {},
  );
  if (seqs.length === 0) return;
  const asked = new SeqSet();
  for (const seq of seqs) asked.add(seq);
  const { seqs: kept } = takeAtOnce(frozenAmong(db, (seq) => asked.has(seq)));
  removeSamples(
    db,
    seqs.filter((seq) => !kept.has(seq)),
  );
  trimSamples(
    db,
    seqs.filter((seq) => kept.has(seq)),
  );
}

const isLeft = (column: string) => `${column} NOT IN (SELECT id FROM temp.frozen_version)`;

function trimSamples(db: Database, seqs: readonly number[]): void {
  if (seqs.length === 0) return;
  listGone(db, seqs);
  db.exec(`
    CREATE TEMP TABLE frozen_version (id TEXT PRIMARY KEY) WITHOUT ROWID;
    INSERT OR IGNORE INTO temp.frozen_version SELECT v.id FROM dataset_item i
      JOIN sample_version v ON v.id = i.version_id WHERE v.sample_seq IN ${ofGone};
  `);
  withoutForeignKeys(db, () => {
    for (const table of ['bin_move', 'review'])
      deleteSealedRows(db, table, `t.sample_seq IN ${ofGone}`);
    const ofGoneVersion = `t.version_id IN ${versionsOfGone}`;
    deleteSealedRows(db, 'unhashed_weights', `${ofGoneVersion} AND ${isLeft('t.version_id')}`);
    deleteSealedRows(
      db,
      'sample_version_parent',
      `${ofGoneVersion} AND (${isLeft('t.version_id')} OR ${isLeft('t.parent_id')})`,
    );
    deleteSealedRows(db, 'sample_version', `t.sample_seq IN ${ofGone} AND ${isLeft('t.id')}`);
  });
  db.exec('DROP TABLE temp.frozen_version');
}
