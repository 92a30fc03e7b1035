import type { SampleFilter } from '../../../shared/domain/sample.ts';

/** An FTS5 query from what a person typed: every word must occur, the last one as a prefix. */
export function ftsQuery(text: string): string {
  const words = text.match(/[\p{L}\p{N}_]+/gu) ?? [];
  return words.map((word) => `"${word}"`).join(' ') + (words.length > 0 ? '*' : '');
}

/** The WHERE clause of a filter with its parameters; extra conditions come first. */
export function whereFilter(
  filter: SampleFilter,
  conditions: string[] = [],
  values: unknown[] = [],
): { where: string; params: unknown[] } {
  const parts = [...conditions];
  const params = [...values];
  if (filter.status) {
    parts.push('status = ?');
    params.push(filter.status);
  }
  if (filter.source !== undefined) {
    parts.push('source = ?');
    params.push(filter.source);
  }
  if (filter.flag === 'none') parts.push('seq NOT IN (SELECT sample_seq FROM sample_flag)');
  else if (filter.flag) {
    parts.push('seq IN (SELECT sample_seq FROM sample_flag WHERE rule = ?)');
    params.push(filter.flag);
  }
  const query = filter.query ? ftsQuery(filter.query) : '';
  if (query !== '') {
    parts.push('seq IN (SELECT rowid FROM sample_fts WHERE sample_fts MATCH ?)');
    params.push(query);
  } else if (filter.query?.trim()) parts.push('0');
  return { where: parts.length > 0 ? `WHERE ${parts.join(' AND ')}` : '', params };
}
