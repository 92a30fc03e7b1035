import { z } from 'zod';
import type { Damage } from '../../../shared/domain/project/damage.ts';
import { previewLine } from '../../../shared/text/foreign-text.ts';
import { get, type Database } from '../database.ts';
import { errorCode } from '../store-error.ts';
import { checksummedTables, type ChecksummedTable } from './checksummed-tables.ts';
import {
  groupsAfter,
  groupsBefore,
  placeOf,
  readRows,
  rowChecksumsOf,
  start,
  type RowLines,
  type RowPlace,
  type SealedGroup,
} from './row-group.ts';

/** A group that is not what was stored. */
export interface DamagedGroup extends Damage {
  after: RowPlace;
  group: SealedGroup;
}

const groupsAtOnce = 16;

/**
 * Compares every row that has a checksum with it. Yields after each group, so that the caller can
 * let other work come between: the group's damage, or `undefined`.
 */
export function* checkRows(db: Database): Generator<DamagedGroup | undefined, void> {
  for (const table of checksummedTables) {
    let after = start;
    for (;;) {
      const groups = groupsAfter(db, table.name, after, groupsAtOnce);
      for (const group of groups) {
        yield damageOf(db, table, after, group);
        after = group.last;
      }
      if (groups.length < groupsAtOnce) break;
    }
  }
}

function damageOf(
  db: Database,
  table: ChecksummedTable,
  after: RowPlace,
  group: SealedGroup,
): DamagedGroup | undefined {
  try {
    const found = readRows(db, table, after, group);
    if (found.hash === group.hash || !isSealedSo(db, table, after, group)) return undefined;
    return describe(db, table, { after, group, found });
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    return { ...ofGroup(table, after, group), rows: [], missing: 0, isUnreadable: true };
  }
}

/** False when the group was sealed anew, with rows that were added, since it was listed. */
function isSealedSo(
  db: Database,
  { name }: ChecksummedTable,
  after: RowPlace,
  { last, hash }: SealedGroup,
): boolean {
  const [before] = groupsBefore(db, name, last, 1);
  const [now] = groupsAfter(db, name, before?.last ?? start, 1);
  const begins = before?.last ?? start;
  return begins.a === after.a && begins.b === after.b && now?.hash === hash;
}

// A value that became a BLOB, which no column of ours holds, stops json_array.
const isUnreadable = (error: unknown) =>
  errorCode(error).startsWith('SQLITE_CORRUPT') ||
  (error instanceof Error && error.message.includes('JSON cannot hold BLOB'));

const text = ({ a, b }: RowPlace, table: ChecksummedTable) => (table.parent ? `${a}/${b}` : `${a}`);

const ofGroup = (table: ChecksummedTable, after: RowPlace, group: SealedGroup) => ({
  table: table.name,
  first: text(after, table),
  last: text(group.last, table),
  after,
  group,
});

function describe(
  db: Database,
  table: ChecksummedTable,
  { after, group, found }: { after: RowPlace; group: SealedGroup; found: RowLines },
): DamagedGroup | undefined {
  const wrong = strangeLines(group, found);
  const missing = group.rows - (found.lines.length - wrong.length);
  // Every row is what it was: the checksum itself was damaged.
  if (wrong.length === 0 && missing === 0) return undefined;
  const rows = wrong.map((line) => {
    const place = placeOf(line);
    return { place: text(place, table), about: aboutRow(db, table, place) };
  });
  return {
    ...ofGroup(table, after, group),
    rows,
    missing: Math.max(0, missing - wrong.length),
    isUnreadable: false,
  };
}

/** The rows of now whose checksum is none of those that were stored. */
export function strangeLines(group: SealedGroup, { lines }: RowLines): Buffer[] {
  const expected = new Set(checksumsIn(group.rowChecksums));
  const now = checksumsIn(rowChecksumsOf(lines));
  return lines.filter((_, index) => !expected.has(now[index] ?? -1));
}

/** Checksums of rows, as numbers. */
export function checksumsIn(bytes: Uint8Array): number[] {
  const view = Buffer.from(bytes);
  return Array.from({ length: Math.floor(view.length / 4) }, (_, index) =>
    view.readUInt32LE(4 * index),
  );
}

const aboutColumns = z.object({ about: z.string().nullable() });

function aboutRow(db: Database, table: ChecksummedTable, { a, b }: RowPlace): string {
  const { name, parent, about } = table;
  const sql: string = parent
    ? `SELECT CAST(${about} AS TEXT) AS about FROM ${name} t
       WHERE t.${parent.key} = (SELECT id FROM ${parent.table} WHERE rowid = @a) AND t.${parent.place} = @b`
    : `SELECT CAST(${about} AS TEXT) AS about FROM ${name} t WHERE t.rowid = @a AND @b = @b`;
  return previewLine(get(db, aboutColumns, sql, { a, b })?.about ?? '?', 120);
}
