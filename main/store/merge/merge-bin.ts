import { formatQuantity } from '../../../shared/text/numbers.ts';
import { countRow } from '../columns.ts';
import { get, type Database } from '../database.ts';
import type { DeletedThing } from './merge-labels.ts';
import { refuseChangedRows, unionRows, type UnionCount } from './union-rows.ts';

const gone = `SELECT count(*) AS n FROM main.sample s JOIN main.emptied_sample e
  ON e.origin_hash = s.origin_hash`;

/**
 * Tells both files what was emptied out of the bin of either, before anything else is brought
 * together. Returns how many samples of the open one go, as one line for the report.
 */
export function shareEmptied(db: Database): { samples: DeletedThing[]; isAny: boolean } {
  const before = get(db, countRow, gone)?.n ?? 0;
  for (const [to, from] of [
    ['main', 'other'],
    ['other', 'main'],
  ])
    db.exec(`INSERT OR IGNORE INTO ${to}.emptied_sample SELECT * FROM ${from}.emptied_sample`);
  const count = (get(db, countRow, gone)?.n ?? 0) - before;
  const all = get(db, countRow, 'SELECT count(*) AS n FROM main.emptied_sample')?.n ?? 0;
  const samples = [{ table: 'bin', name: formatQuantity(count, 'sample') }];
  return { samples: count > 0 ? samples : [], isAny: all > 0 };
}

/** Has worked out anew what is left of a sample that was emptied and that a dataset holds. */
export function touchEmptied(db: Database): void {
  db.exec(`INSERT OR IGNORE INTO temp.touched SELECT s.seq FROM main.emptied_sample e
    JOIN main.sample s ON s.origin_hash = e.origin_hash`);
}

/** Brings moves into the bin and out of it together; a batch of them is written at once. */
export function mergeBinMoves(db: Database, path: string): UnionCount {
  refuseChangedRows(db, 'bin_move', path);
  return unionRows(db, 'bin_move', {
    where: 'NOT EXISTS (SELECT 1 FROM main.review_batch k WHERE k.id = o.batch_id)',
  });
}

/**
 * What is in the bin, by the last move of each sample in the order of (sequence, id). What a copy
 * emptied and a dataset holds is there, too.
 */
export function deriveBin(db: Database): void {
  db.exec(`
    DELETE FROM main.binned_sample;
    INSERT INTO main.binned_sample SELECT sample_seq FROM (
      SELECT m.sample_seq, m.is_in,
        row_number() OVER (PARTITION BY m.sample_seq ORDER BY b.sequence DESC, b.id DESC) AS place
      FROM main.bin_move m JOIN main.review_batch b ON b.id = m.batch_id)
    WHERE place = 1 AND is_in = 1;
    INSERT OR IGNORE INTO main.binned_sample SELECT s.seq FROM main.emptied_sample e
      JOIN main.sample s ON s.origin_hash = e.origin_hash;
  `);
}
