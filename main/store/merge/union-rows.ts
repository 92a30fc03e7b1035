import { z } from 'zod';
import { get, type Database } from '../database.ts';
import { StoreError } from '../store-error.ts';
import { contentTables, type ContentTable } from './content-tables.ts';
import { finalId } from './identities.ts';
import { identityOf } from './project-content.ts';

// Tables of which two rows that were made apart can become one.
const joined: ReadonlySet<ContentTable> = new Set<ContentTable>([
  'sample_version',
  'dataset',
  'model',
  'prompt_set',
  'prompt',
  'run',
  'checkpoint',
]);

/** The columns of a table of the other file as the merged one has them, in SQL over `o`. */
function translated(table: ContentTable): Map<string, string> {
  return new Map(
    Object.entries(contentTables[table].columns).map(([column, rule]) => {
      const from = `o.${column}`;
      if (rule === 'key' && column === 'id' && joined.has(table))
        return [column, finalId('other', table, from)];
      if (typeof rule !== 'object') return [column, from];
      if (rule.of === 'sample.seq')
        return [column, `(SELECT final FROM temp.sample_map WHERE seq = ${from})`];
      return [column, finalId('other', rule.of, from)];
    }),
  );
}

const countRow = z.object({ n: z.number().int() });

/** What a union did with the rows of one table of the other file. */
export interface UnionCount {
  came: number;
  known: number;
}

/**
 * Adds the rows of a table that only the other file has; `where` narrows them, in SQL over `o`.
 * `replaced` gives columns other SQL than the other file's own value.
 */
export function unionRows(
  db: Database,
  table: ContentTable,
  { where = '1', replaced = {} }: { where?: string; replaced?: Record<string, string> } = {},
): UnionCount {
  const columns = translated(table);
  const same = identityOf(db, table)
    .map((column) => `m.${column} = ${columns.get(column)}`)
    .join(' AND ');
  const values = [...columns].map(([column, sql]) => replaced[column] ?? sql);
  const { changes } = db
    .prepare(
      `INSERT INTO main.${table} (${[...columns.keys()].join(', ')})
       SELECT ${values.join(', ')} FROM other.${table} o
       WHERE (${where}) AND NOT EXISTS (SELECT 1 FROM main.${table} m WHERE ${same})`,
    )
    .run();
  const sql: string = `SELECT count(*) AS n FROM other.${table} o WHERE ${where}`;
  const total = get(db, countRow, sql, {})?.n ?? 0;
  return { came: changes, known: total - changes };
}

const keyRow = z.object({ key: z.unknown() });

/**
 * Throws PROJECT_INVALID when a row that both files have says something else in the other one: what
 * is written once never changes, so one of them was altered or is damaged. `changing` are columns
 * that may change all the same. To be called before the union.
 */
export function refuseChangedRows(
  db: Database,
  table: ContentTable,
  path: string,
  changing: readonly string[] = [],
): void {
  const columns = translated(table);
  const identity = identityOf(db, table);
  const same = identity.map((column) => `m.${column} = ${columns.get(column)}`).join(' AND ');
  const differs = Object.entries(contentTables[table].columns)
    .filter(([column, rule]) => {
      const isReference = typeof rule === 'object' && !identity.includes(column);
      return (rule === 'value' || isReference) && !changing.includes(column);
    })
    .map(([column]) => `m.${column} IS NOT ${columns.get(column)}`)
    .join(' OR ');
  if (differs === '') return;
  const sql: string = `SELECT o.${identity[0]} AS key FROM other.${table} o
    JOIN main.${table} m ON ${same} WHERE (${differs}) AND ${isOne(table)} LIMIT 1`;
  const changed = get(db, keyRow, sql, {});
  if (changed)
    throw new StoreError(
      'PROJECT_INVALID',
      `${path} is not merged: its ${table.replaceAll('_', ' ')} ${String(changed.key).slice(0, 80)} ` +
        'says something else than the one of the same identity in the open project. What is ' +
        'stored once never changes, so one of the two files was altered or is damaged. Nothing was changed.',
      { path },
    );
}

/** True of a row that has one identity in both files, and was not made one of two. */
const isOne = (table: ContentTable): string =>
  joined.has(table)
    ? `NOT EXISTS (SELECT 1 FROM temp.other_id WHERE thing = '${table}' AND id = o.id)
       AND NOT EXISTS (SELECT 1 FROM temp.main_id WHERE thing = '${table}' AND final = o.id)`
    : '1';

/** Gives rows that both files have the earlier of their two places in the order. */
export function earliestSequence(db: Database, table: ContentTable): void {
  const columns = translated(table);
  const same = identityOf(db, table)
    .map((column) => `m.${column} = ${columns.get(column)}`)
    .join(' AND ');
  db.exec(
    `UPDATE main.${table} AS m SET sequence = o.sequence FROM other.${table} o
     WHERE ${same} AND o.sequence < m.sequence`,
  );
}
