import type { SampleFilter } from '../../../shared/domain/sample.ts';
import type { SqlValue } from '../database.ts';

/** A WHERE clause with the parameters that it names. */
export interface FilterClause {
  where: string;
  params: Record<string, SqlValue>;
}

/** An FTS5 query from what a person typed: every word must occur, the last one as a prefix. */
export function ftsQuery(text: string): string {
  const words = text.match(/[\p{L}\p{N}_]+/gu) ?? [];
  return words.map((word) => `"${word}"`).join(' ') + (words.length > 0 ? '*' : '');
}

/**
 * The WHERE clause of a filter: the one place where SQL is put together, of fixed clauses only.
 * Extra conditions come first, with the parameters that they name.
 */
export function whereFilter(
  filter: SampleFilter,
  conditions: readonly string[] = [],
  values: Record<string, SqlValue> = {},
): FilterClause {
  const clauses = [...conditions];
  const params = { ...values };
  if (filter.status) {
    clauses.push('status = @status');
    params['status'] = filter.status;
  }
  if (filter.source !== undefined) {
    clauses.push('source = @source');
    params['source'] = filter.source;
  }
  if (filter.flag === 'none') clauses.push('seq NOT IN (SELECT sample_seq FROM sample_flag)');
  else if (filter.flag) {
    clauses.push('seq IN (SELECT sample_seq FROM sample_flag WHERE rule = @flag)');
    params['flag'] = filter.flag;
  }
  const query = filter.query ? ftsQuery(filter.query) : '';
  if (query !== '') {
    clauses.push('seq IN (SELECT rowid FROM sample_fts WHERE sample_fts MATCH @query)');
    params['query'] = query;
  } else if (filter.query?.trim()) clauses.push('0');
  return { where: clauses.length > 0 ? `WHERE ${clauses.join(' AND ')}` : '', params };
}
