import { z } from 'zod';
import { all, run, withTransaction, type Database, type SqlValue } from '../database.ts';
import { errorCode } from '../store-error.ts';
import { checksumsIn, strangeLines, type DamagedGroup } from './check-rows.ts';
import { checksummedTables, type ChecksummedTable } from './checksummed-tables.ts';
import { placeOf, readRows, rowChecksumsOf, type RowPlace, type SealedGroup } from './row-group.ts';

/** What is looked for in a backup: rows of one group, by the checksums that they had. */
export interface WantedRows {
  table: string;
  after: RowPlace;
  group: SealedGroup;
  /** Checksums of rows that are not there any more as they were. */
  checksums: readonly number[];
}

const tableNamed = (name: string): ChecksummedTable | undefined =>
  checksummedTables.find((table) => table.name === name);

/** What a damaged group lacks. */
export function wantedRows(db: Database, { table, after, group }: DamagedGroup): WantedRows {
  const known = tableNamed(table);
  const now = new Set(
    known ? checksumsIn(rowChecksumsOf(readRows(db, known, after, group).lines)) : [],
  );
  const checksums = checksumsIn(group.rowChecksums).filter((checksum) => !now.has(checksum));
  return { table, after, group, checksums };
}

/** The wanted rows that a backup holds as they were stored, as texts that `takeBackRows` takes. */
export function findRows(db: Database, { table, after, group, checksums }: WantedRows): string[] {
  const known = tableNamed(table);
  // A backup of an earlier schema has no row with a checksum over a column that came later.
  if (!known || !hasColumns(db, known)) return [];
  const wanted = new Set(checksums);
  const { lines } = readRows(db, known, after, group);
  const found = checksumsIn(rowChecksumsOf(lines));
  return lines
    .filter((_, index) => wanted.has(found[index] ?? -1))
    .map((line) => line.toString('utf8'));
}

const nameRow = z.object({ name: z.string() });

function hasColumns(db: Database, { name, columns }: ChecksummedTable): boolean {
  const rows = all(db, nameRow, 'SELECT name FROM pragma_table_info(@name)', { name });
  const there = new Set(rows.map((row) => row.name));
  return columns.every((column) => there.has(column));
}

class StillDamaged extends Error {}

/**
 * Writes rows of a backup in the place of damaged ones. Returns false, and changes nothing, unless
 * the whole group then is what it was when it was stored.
 */
export function takeBackRows(
  db: Database,
  damaged: DamagedGroup,
  lines: readonly string[],
): boolean {
  const table = tableNamed(damaged.table);
  if (!table) return false;
  const write = () => withTransaction(db, () => writeRows(db, table, damaged, lines));
  try {
    write();
    return true;
  } catch (error) {
    if (error instanceof StillDamaged) return false;
    if (!isOfIndex(error)) throw error;
  }
  // The index still tells what the row was before the damage: SQLite refuses to change the row.
  try {
    const reindex: string = `REINDEX ${table.name}`;
    run(db, reindex, {});
    write();
    return true;
  } catch (error) {
    if (error instanceof StillDamaged || isOfIndex(error)) return false;
    throw error;
  }
}

const isOfIndex = (error: unknown) => /^SQLITE_(CORRUPT|CONSTRAINT)/.test(errorCode(error));

function writeRows(
  db: Database,
  table: ChecksummedTable,
  { after, group }: DamagedGroup,
  lines: readonly string[],
): void {
  db.pragma('defer_foreign_keys = ON');
  const places = new Set(lines.map((line) => JSON.stringify(placeOf(Buffer.from(line)))));
  for (const line of strangeLines(group, readRows(db, table, after, group))) {
    const place = placeOf(line);
    if (table.parent || !places.has(JSON.stringify(place))) deleteRow(db, table, place);
  }
  for (const line of lines) writeRow(db, table, line);
  if (readRows(db, table, after, group).hash !== group.hash) throw new StillDamaged();
}

function deleteRow(db: Database, { name, parent }: ChecksummedTable, { a, b }: RowPlace): void {
  const sql: string = parent
    ? `DELETE FROM ${name} WHERE ${parent.key} = (SELECT id FROM ${parent.table} WHERE rowid = @a)
         AND ${parent.place} = @b`
    : `DELETE FROM ${name} WHERE rowid = @a AND @b = @b`;
  run(db, sql, { a, b });
}

const lineSchema = z.array(z.union([z.string(), z.number(), z.null()]));

function writeRow(db: Database, { name, columns, parent }: ChecksummedTable, line: string): void {
  const [a = 0, , ...values] = lineSchema.parse(JSON.parse(line));
  const given: Record<string, SqlValue> = { a };
  for (const [index, column] of columns.entries()) given[column] = values[index] ?? null;
  const listed = columns.map((column) => `@${column}`).join(', ');
  const insert: string = parent
    ? `INSERT INTO ${name} (${columns.join(', ')}) VALUES (${listed})`
    : `INSERT INTO ${name} (rowid, ${columns.join(', ')}) VALUES (@a, ${listed})`;
  const update: string = `UPDATE ${name} SET ${columns.map((column) => `${column} = @${column}`).join(', ')}
    WHERE rowid = @a`;
  if (parent || run(db, update, given) === 0) run(db, insert, given);
}
