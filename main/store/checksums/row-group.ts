import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { all, get, run, type Database } from '../database.ts';
import type { ChecksummedTable } from './checksummed-tables.ts';

/** The place of a row: its number, or that of its parent and its own beside it. */
export interface RowPlace {
  a: number;
  b: number;
}

/** Before the first row of a table; row numbers of SQLite may be negative, ours never are. */
export const start: RowPlace = { a: -1, b: -1 };

/** A checksum as stored: of the rows behind the last group up to `last`. */
export interface SealedGroup {
  last: RowPlace;
  rows: number;
  hash: string;
  /** Four bytes for each row, in order. */
  rowChecksums: Uint8Array;
}

/** Rows as they are now, each as a JSON array of its place and its columns. */
export interface RowLines {
  lines: Buffer[];
  hash: string;
}

const hashBytes = 16;

// A group read with more rows than it had tells of rows that do not belong there; some are enough.
const mostStrangers = 64;

/** Rows behind a place, up to another or up to a number of them. */
export function readRows(
  db: Database,
  table: ChecksummedTable,
  after: RowPlace,
  limit: { last: RowPlace; rows: number } | { rows: number },
): RowLines {
  const isBounded = 'last' in limit;
  const last = isBounded ? limit.last : { a: Number.MAX_SAFE_INTEGER, b: Number.MAX_SAFE_INTEGER };
  // A number in the file decides nothing about how much is read at once.
  const rows = isBounded ? Math.min(limit.rows, table.rowsInGroup) + mostStrangers : limit.rows;
  const upTo = last.a === after.a ? last.b : Number.MAX_SAFE_INTEGER;
  const given = { a: after.a, b: after.b, lastA: last.a, lastB: last.b, upTo, rows };
  const found = get(db, textRow, rowsSql(table), given)?.text;
  const text = Buffer.from(found ?? []);
  const hash = createHash('sha256')
    .update(text)
    .digest('hex')
    .slice(0, 2 * hashBytes);
  return { lines: splitLines(text), hash };
}

const textRow = z.object({ text: z.instanceof(Uint8Array).nullable() });

/**
 * One text of all rows, put together by SQLite: a million rows one by one would take seconds of
 * this thread. JSON has no line breaks in it, so that they part the rows.
 */
function rowsSql(table: ChecksummedTable): string {
  return `SELECT CAST(group_concat(line, char(10)) AS BLOB) AS text FROM (${linesSql(table)})`;
}

function linesSql({ columns, name, parent }: ChecksummedTable): string {
  const listed = columns.map((column) => `t.${column}`).join(', ');
  if (!parent)
    return `SELECT json_array(t.rowid, 0, ${listed}) AS line FROM ${name} t
      WHERE t.rowid > @a AND t.rowid <= @lastA AND @b <= @b AND @lastB <= @lastB
      ORDER BY t.rowid LIMIT @rows`;
  const from = `SELECT json_array(p.rowid, t.${parent.place}, ${listed}) AS line
    FROM ${parent.table} p CROSS JOIN ${name} t ON t.${parent.key} = p.id`;
  const place = `t.${parent.place}`;
  // Bounds that an index can use: a parent may have a million rows, and none is to be gone through
  // again for each group of them.
  return `SELECT line FROM (${from} WHERE p.rowid = @a AND ${place} > @b AND ${place} <= @upTo
      ORDER BY ${place} LIMIT @rows)
    UNION ALL SELECT line FROM (${from} WHERE p.rowid > @a AND p.rowid < @lastA
      ORDER BY p.rowid, ${place} LIMIT @rows)
    UNION ALL SELECT line FROM (${from} WHERE p.rowid = @lastA AND @lastA > @a AND ${place} <= @lastB
      ORDER BY ${place} LIMIT @rows)
    LIMIT @rows`;
}

function splitLines(text: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let from = 0; from < text.length;) {
    const end = text.indexOf(10, from);
    const to = end < 0 ? text.length : end;
    lines.push(text.subarray(from, to));
    from = to + 1;
  }
  return lines;
}

const placeOfLine = z.tuple([z.number(), z.number()]).rest(z.unknown());

/** The place that a row's line begins with. */
export function placeOf(line: Buffer): RowPlace {
  const [a, b] = placeOfLine.parse(JSON.parse(line.toString('utf8')));
  return { a, b };
}

/** The checksums of single rows, which tell the damaged one of a group. */
export function rowChecksumsOf(lines: readonly Buffer[]): Uint8Array {
  const checksums = Buffer.alloc(4 * lines.length);
  for (const [index, line] of lines.entries()) checksums.writeUInt32LE(crc32(line), 4 * index);
  return checksums;
}

const groupRow = z.object({
  a: z.number().int(),
  b: z.number().int(),
  rows: z.number().int(),
  hash: z.string(),
  rowChecksums: z.instanceof(Uint8Array),
});

const asGroup = ({ a, b, rows, hash, rowChecksums }: z.infer<typeof groupRow>): SealedGroup => ({
  last: { a, b },
  rows,
  hash,
  rowChecksums,
});

const groupColumns =
  'last_a AS a, last_b AS b, row_count AS rows, hash, row_checksums AS rowChecksums';

/** The groups of a table behind a place, in order. */
export function groupsAfter(
  db: Database,
  table: string,
  after: RowPlace,
  limit: number,
): SealedGroup[] {
  return all(
    db,
    groupRow,
    `SELECT ${groupColumns} FROM row_checksum
     WHERE table_name = @table AND (last_a, last_b) > (@a, @b)
     ORDER BY last_a, last_b LIMIT @limit`,
    { table, ...after, limit },
  ).map(asGroup);
}

/** The last groups of a table that end before a place, newest first. */
export function groupsBefore(
  db: Database,
  table: string,
  before: RowPlace | undefined,
  limit: number,
): SealedGroup[] {
  const { a, b } = before ?? { a: Number.MAX_SAFE_INTEGER, b: Number.MAX_SAFE_INTEGER };
  return all(
    db,
    groupRow,
    `SELECT ${groupColumns} FROM row_checksum
     WHERE table_name = @table AND (last_a, last_b) < (@a, @b)
     ORDER BY last_a DESC, last_b DESC LIMIT @limit`,
    { table, a, b, limit },
  ).map(asGroup);
}

/** Stores the checksum of rows that were just read. */
export function storeGroup(db: Database, table: string, { lines, hash }: RowLines): void {
  const lastLine = lines.at(-1);
  if (!lastLine) return;
  const last = placeOf(lastLine);
  const given = { table, ...last, rows: lines.length, hash };
  run(
    db,
    `INSERT OR REPLACE INTO row_checksum (table_name, last_a, last_b, row_count, hash, row_checksums)
     VALUES (@table, @a, @b, @rows, @hash, @rowChecksums)`,
    { ...given, rowChecksums: rowChecksumsOf(lines) },
  );
}

/** Takes back the checksum that ends at a place. */
export function removeGroup(db: Database, table: string, { a, b }: RowPlace): void {
  run(db, 'DELETE FROM row_checksum WHERE table_name = @table AND last_a = @a AND last_b = @b', {
    table,
    a,
    b,
  });
}
