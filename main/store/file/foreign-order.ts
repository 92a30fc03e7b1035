import { z } from 'zod';
import { previewLine } from '../../../shared/text/foreign-text.ts';
import { sequenceColumn } from '../columns.ts';
import { all, get, type Database } from '../database.ts';
import { StoreError } from '../store-error.ts';

const tableRow = z.object({ name: z.string() });

/** The tables whose rows have a place in the order of the project; none in an old one. */
export function orderedTables(db: Database): string[] {
  return all(
    db,
    tableRow,
    `SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c ON c.name = 'sequence'
     WHERE m.type = 'table' ORDER BY m.name`,
  ).map(({ name }) => name);
}

const anyRow = z.object({ value: z.unknown() });
const countedRow = z.object({ value: sequenceColumn });

/**
 * Why the order of a file cannot be one that a project of ours counted, if so: a count out of
 * bounds, or a row ahead of it, before which every new row would be sorted. To be called after the
 * check of the schema.
 */
export function orderProblem(db: Database): string | undefined {
  const tables = orderedTables(db);
  if (tables.length === 0) return undefined;
  const last = get(db, anyRow, 'SELECT last_sequence AS value FROM project');
  // A file whose making was cut short has no row yet, and nothing to order either.
  const counted = last ? countedRow.safeParse(last).data?.value : 0;
  if (counted === undefined) return `its last_sequence is ${shown(last?.value)}`;
  for (const table of tables)
    for (const direction of ['ASC', 'DESC'])
      for (const { value } of extreme(db, table, direction))
        if (!(typeof value === 'number' && value >= 0 && value <= counted))
          return `a row of ${table} has the place ${shown(value)} of ${counted}`;
  return undefined;
}

// By the table's index, so that a million rows cost as little as one.
function extreme(db: Database, table: string, direction: string) {
  const sql: string = `SELECT sequence AS value FROM "${table}" ORDER BY sequence ${direction} LIMIT 1`;
  return all(db, anyRow, sql, {});
}

const shown = (value: unknown) => previewLine(String(value), 60);

/** Throws PROJECT_INVALID for what is to be merged or restored: its rows would be sorted wrongly. */
export function refuseForeignOrder(db: Database, path: string): void {
  const problem = orderProblem(db);
  if (problem !== undefined)
    throw new StoreError(
      'PROJECT_INVALID',
      `${path} was not written by this program, or is damaged: ${problem}, so what is newer cannot ` +
        'be told. Restore it from a backup; it was not opened.',
      { path },
    );
}

/** Throws PROJECT_READ_ONLY for what is to be changed: it can be read, and nothing of it is lost. */
export function refuseToAddBehind(db: Database, path: string): void {
  const problem = orderProblem(db);
  if (problem !== undefined)
    throw new StoreError('PROJECT_READ_ONLY', `${path} takes no changes: ${orderText(problem)}`, {
      path,
      reason: 'damaged-order',
    });
}

/** What is said of a project with such a problem that is open for reading. */
export const orderText = (problem: string): string =>
  `${problem}, so what is newer cannot be told. The disk may have damaged it, or another program ` +
  'changed it: restore it from a backup.';
