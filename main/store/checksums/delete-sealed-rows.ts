import { z } from 'zod';
import { all, get, run, type Database } from '../database.ts';
import { checksummedTables, type ChecksummedTable } from './checksummed-tables.ts';
import {
  groupsBefore,
  readRows,
  removeGroup,
  start,
  storeGroup,
  type RowPlace,
  type SealedGroup,
} from './row-group.ts';

/**
 * Deletes rows of a table, whatever has checksums; `where` is SQL over `t`. What stays of a group is
 * sealed anew, unless it was damaged before: that is still to be seen. Returns how many rows went.
 */
export function deleteSealedRows(db: Database, name: string, where: string): number {
  const table = checksummedTables.find((each) => each.name === name);
  const groups = table ? wholeGroups(db, table, where) : [];
  const sql: string = `DELETE FROM ${name} AS t WHERE ${where}`;
  const deleted = run(db, sql, {});
  for (const { after, group } of groups) {
    removeGroup(db, name, group.last);
    if (table) storeGroup(db, name, readRows(db, table, after, group));
  }
  return deleted;
}

const placeRow = z.object({ a: z.number().int(), b: z.number().int() });
const lastRow = z.object({
  a: z.number().int(),
  b: z.number().int(),
  rows: z.number().int(),
  hash: z.string(),
});

/** The groups that rows are about to leave, as far as they are what was stored. */
function wholeGroups(db: Database, table: ChecksummedTable, where: string) {
  const groups: { after: RowPlace; group: SealedGroup }[] = [];
  let through = start;
  for (const place of placesOf(db, table, where)) {
    if (place.a < through.a || (place.a === through.a && place.b <= through.b)) continue;
    const found = get(
      db,
      lastRow,
      `SELECT last_a AS a, last_b AS b, row_count AS rows, hash FROM row_checksum
       WHERE table_name = @name AND (last_a, last_b) >= (@a, @b)
       ORDER BY last_a, last_b LIMIT 1`,
      { name: table.name, ...place },
    );
    if (!found) break;
    const { a, b, ...sealed } = found;
    through = { a, b };
    const group = { ...sealed, last: through, rowChecksums: new Uint8Array() };
    const after = groupsBefore(db, table.name, through, 1)[0]?.last ?? start;
    if (readRows(db, table, after, group).hash === group.hash) groups.push({ after, group });
  }
  return groups;
}

function placesOf(db: Database, { name, parent }: ChecksummedTable, where: string): RowPlace[] {
  const sql: string = parent
    ? `SELECT p.rowid AS a, t.${parent.place} AS b FROM ${name} t
       JOIN ${parent.table} p ON p.id = t.${parent.key} WHERE ${where} ORDER BY 1, 2`
    : `SELECT t.rowid AS a, 0 AS b FROM ${name} t WHERE ${where} ORDER BY 1`;
  return all(db, placeRow, sql, {});
}
