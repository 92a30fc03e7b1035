import { createHash } from 'node:crypto';
import { z } from 'zod';
import { all, type Database } from '../database.ts';
import { contentTableNames, contentTables, type ContentTable } from './content-tables.ts';

/**
 * What a project holds, wherever it lies: every row of every table as one line, with the identities
 * of rows in place of the numbers that are local to a file, and without what belongs to one machine
 * (paths, how far jobs got). Two copies with equal lines hold the same.
 */
export function* projectContent(db: Database): Generator<string> {
  for (const table of contentTableNames)
    if (contentTables[table].local !== 'all') {
      const rows = db.prepare(contentQuery(db, table)).raw().iterate();
      for (const row of rows) yield JSON.stringify([table, ...z.array(z.unknown()).parse(row)]);
    }
}

/** SHA-256 over the content of a project: equal in two copies that hold the same. */
export function projectContentHash(db: Database): string {
  const hash = createHash('sha256');
  for (const line of projectContent(db)) hash.update(`${line}\n`);
  return hash.digest('hex');
}

function contentQuery(db: Database, table: ContentTable): string {
  const { columns, local } = contentTables[table];
  const shown = Object.entries(columns).flatMap(([column, rule]) => {
    if (rule === 'local') return [];
    const isSeq = typeof rule === 'object' && rule.of === 'sample.seq';
    return isSeq ? `(SELECT origin_hash FROM sample WHERE seq = t.${column})` : `t.${column}`;
  });
  const order = identityOf(db, table).map((column) => {
    const place = Object.keys(columns).filter((name) => columns[name] !== 'local');
    return place.indexOf(column) + 1;
  });
  const where =
    local === 'unreferenced'
      ? `WHERE t.id IN (SELECT job_id FROM run UNION SELECT job_id FROM evaluation
          UNION SELECT job_id FROM study)`
      : '';
  return `SELECT ${shown.join(', ')} FROM ${table} t ${where} ORDER BY ${order.join(', ')}`;
}

const keyRow = z.object({ name: z.string() });

/** The columns that tell the rows of a table from each other in every copy, in order. */
export function identityOf(db: Database, table: ContentTable): string[] {
  if (table === 'sample') return ['origin_hash'];
  if (table === 'project') return ['uuid'];
  return all(db, keyRow, 'SELECT name FROM pragma_table_info(@table) WHERE pk > 0 ORDER BY pk', {
    table,
  }).map(({ name }) => name);
}
