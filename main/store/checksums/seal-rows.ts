import { countRow } from '../columns.ts';
import { get, run, withoutSyncing, withTransaction, type Database } from '../database.ts';
import { checksummedTables, type ChecksummedTable } from './checksummed-tables.ts';
import {
  groupsAfter,
  groupsBefore,
  readRows,
  removeGroup,
  start,
  storeGroup,
  type RowPlace,
} from './row-group.ts';

/**
 * Gives checksums to rows that have none yet, for about `forMs`; returns false when none is left.
 * Appending rows never waits for it: it follows, and does not wait for the disk either, since what a
 * loss of power takes of it is made again.
 */
export function sealSomeRows(db: Database, forMs: number): boolean {
  const endMs = performance.now() + forMs;
  return withoutSyncing(db, () =>
    withTransaction(db, () => {
      // What is half made gets rows between others, and may be taken back.
      const isMaking = {
        open_batch: get(db, countRow, 'SELECT count(*) AS n FROM open_batch')?.n !== 0,
        unfinished_dataset:
          get(db, countRow, 'SELECT count(*) AS n FROM unfinished_dataset')?.n !== 0,
      };
      const tables = checksummedTables.filter(({ waitsFor }) => !(waitsFor && isMaking[waitsFor]));
      for (const table of tables)
        while (sealNext(db, table)) if (performance.now() >= endMs) return true;
      return false;
    }),
  );
}

/** Seals the next rows of a table, together with a last group that is not full and still whole. */
function sealNext(db: Database, table: ChecksummedTable): boolean {
  const [tail, before] = groupsBefore(db, table.name, undefined, 2);
  const afterTail = tail?.last ?? start;
  const next = readRows(db, table, afterTail, { rows: table.rowsInGroup });
  if (next.lines.length === 0) return false;
  const isOpen = tail !== undefined && tail.rows < table.rowsInGroup;
  const isWhole = isOpen && isUnchanged(db, table, before?.last ?? start, tail);
  if (!isWhole) {
    storeGroup(db, table.name, next);
    return true;
  }
  const rows = readRows(db, table, before?.last ?? start, { rows: table.rowsInGroup });
  removeGroup(db, table.name, tail.last);
  storeGroup(db, table.name, rows);
  return true;
}

function isUnchanged(
  db: Database,
  table: ChecksummedTable,
  after: RowPlace,
  group: { last: RowPlace; rows: number; hash: string },
): boolean {
  return readRows(db, table, after, group).hash === group.hash;
}

/** Changes one row that has a checksum, which is made anew unless it was wrong before. */
export function changeSealedRow(
  db: Database,
  name: string,
  number: number,
  change: () => void,
): void {
  const table = checksummedTables.find((each) => each.name === name);
  const [group] = groupsAfter(db, name, { a: number, b: -1 }, 1);
  if (!table || !group) return change();
  const [before] = groupsBefore(db, name, group.last, 1);
  const after = before?.last ?? start;
  const isWhole = isUnchanged(db, table, after, group);
  change();
  if (isWhole) storeGroup(db, name, readRows(db, table, after, group));
}

/**
 * Forgets every checksum, for a change that writes many old rows anew. Call it in its transaction;
 * whoever calls it has the rows checked before.
 */
export function forgetChecksums(db: Database): void {
  run(db, 'DELETE FROM row_checksum');
}
