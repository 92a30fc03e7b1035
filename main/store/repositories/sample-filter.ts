import type { SampleFilter } from '../../../shared/domain/sample.ts';
import type { SqlValue } from '../database.ts';

/** The clauses of a query for samples within a window, with the parameters of the filter. */
export interface FilterClause {
  from: 'sample' | 'sample_fts';
  /** The column with the sequence number. */
  seq: 'seq' | 'rowid';
  /** Names `@after` and `@through` besides those in `params`. */
  where: string;
  params: Record<string, SqlValue>;
}

/** An FTS5 query from what a person typed: every word must occur, the last one as a prefix. */
export function ftsQuery(text: string): string {
  const words = text.match(/[\p{L}\p{N}_]+/gu) ?? [];
  return words.map((word) => `"${word}"`).join(' ') + (words.length > 0 ? '*' : '');
}

const matching = (column: string) =>
  `sample_fts MATCH @query AND ${column} > @after AND ${column} <= @through`;

/**
 * The clauses of a filter: the one place where SQL is put together, of fixed clauses only. Each
 * looks at the samples above `@after` up to `@through` and at no others, so that a list of any
 * length is read in parts.
 */
export function whereFilter(filter: SampleFilter): FilterClause {
  const params: Record<string, SqlValue> = {};
  const clauses: string[] = [];
  if (filter.status) {
    clauses.push('status = @status');
    params['status'] = filter.status;
  }
  if (filter.source !== undefined) {
    clauses.push('source = @source');
    params['source'] = filter.source;
  }
  if (filter.flag === 'none')
    clauses.push('NOT EXISTS (SELECT 1 FROM sample_flag WHERE sample_seq = seq)');
  else if (filter.flag) {
    clauses.push('EXISTS (SELECT 1 FROM sample_flag WHERE sample_seq = seq AND rule = @flag)');
    params['flag'] = filter.flag;
  }
  const query = filter.query ? ftsQuery(filter.query) : '';
  if (query !== '') params['query'] = query;
  if (query !== '' && clauses.length === 0)
    return { from: 'sample_fts', seq: 'rowid', where: `WHERE ${matching('rowid')}`, params };
  if (query !== '')
    clauses.push(`seq IN (SELECT rowid FROM sample_fts WHERE ${matching('rowid')})`);
  else if (filter.query?.trim()) clauses.push('0');
  const where = ['seq > @after', 'seq <= @through', ...clauses].join(' AND ');
  return { from: 'sample', seq: 'seq', where: `WHERE ${where}`, params };
}
