import type { SampleFilter } from '../../../shared/domain/sample.ts';
import type { SqlValue } from '../database.ts';

/** The clauses of a query for samples within a window, with the parameters of the filter. */
export interface FilterClause {
  /** Names `@after` and `@through` besides those in `params`. */
  where: string;
  params: Record<string, SqlValue>;
}

/**
 * The clauses of a filter: the one place where SQL is put together, of fixed clauses only. Each
 * looks at the samples above `@after` up to `@through` and at no others, so that a list of any
 * length is read in parts. What is searched for is looked up in the index of words instead.
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
  const where = ['seq > @after', 'seq <= @through', ...clauses].join(' AND ');
  return { where: `WHERE ${where}`, params };
}
