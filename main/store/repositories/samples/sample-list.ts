import { z } from 'zod';
import {
  flagRuleSchema,
  sampleRowSchema,
  sampleStatusSchema,
  type FlagRule,
  type SampleFilter,
  type SampleRow,
  type SampleStatus,
} from '../../../../shared/domain/sample.ts';
import { get, integers, type Database, type SqlValue } from '../../database.ts';
import { takeAtOnce } from '../../steps.ts';
import { countBinned } from './bin-moves.ts';
import { searchSamples } from './sample-search.ts';
import type { SeqSet, SeqWindow } from './seq-set.ts';

const sampleRow = sampleRowSchema.extend({
  flags: z
    .string()
    .nullable()
    .transform((rules) => rules?.split(',') ?? [])
    .pipe(sampleRowSchema.shape.flags),
});

const sampleColumns = `seq, id, status, source, prompt_preview AS promptPreview,
  answer_preview AS answerPreview, turns, characters,
  (SELECT group_concat(rule) FROM sample_flag WHERE sample_seq = sample.seq) AS flags`;

const lastRow = z.object({ last: z.number().int().nullable() });

/** The greatest sequence number of a sample, 0 without any. */
export function lastSeq(db: Database): number {
  return get(db, lastRow, 'SELECT max(seq) AS last FROM sample')?.last ?? 0;
}

/**
 * Sequence numbers in a part of the list whose samples pass the filter, ascending; `found` are those
 * in which the words of its query occur.
 */
export function seqsWithin(
  db: Database,
  filter: SampleFilter,
  window: SeqWindow,
  found?: SeqSet,
): number[] {
  if (found && isSearchAlone(filter) && countBinned(db) === 0)
    return found.within(window.after, window.through);
  const { where, params } = whereFilter(filter);
  const sql: string = `SELECT seq FROM sample ${where} ORDER BY seq`;
  const seqs = integers(db, sql, { ...params, ...window });
  return found ? seqs.filter((seq) => found.has(seq)) : seqs;
}

const isSearchAlone = ({ status, source, flag, inBin }: SampleFilter) =>
  status === undefined && source === undefined && flag === undefined && inBin !== true;

/** True when a filter looks for words. */
export const isSearch = ({ query }: SampleFilter): boolean => (query?.trim() ?? '') !== '';

/** Sequence numbers of every sample that passes the filter, ascending: of a small project. */
export function sampleSeqs(db: Database, filter: SampleFilter): number[] {
  const window = { after: 0, through: lastSeq(db) };
  const found = isSearch(filter)
    ? takeAtOnce(searchSamples(db, filter.query ?? '', window))
    : undefined;
  return seqsWithin(db, filter, window, found);
}

/** Rows by sequence number, in the order of the numbers. */
export function sampleRows(db: Database, seqs: readonly number[]): SampleRow[] {
  return seqs.flatMap((seq) => {
    const row = get(db, sampleRow, `SELECT ${sampleColumns} FROM sample WHERE seq = @seq`, { seq });
    return row ? [row] : [];
  });
}

/** A page by key: rows after the sample with id `after`, of a small project. */
export function listSamples(
  db: Database,
  filter: SampleFilter,
  page: { after?: string | undefined; limit: number },
): SampleRow[] {
  const after = page.after ? (seqOf(db, page.after) ?? 0) : 0;
  const seqs = sampleSeqs(db, filter).filter((seq) => seq > after);
  return sampleRows(db, seqs.slice(0, page.limit));
}

const seqRow = z.object({ seq: z.number().int() });

/** The sequence number of a sample id. */
export function seqOf(db: Database, id: string): number | undefined {
  return get(db, seqRow, 'SELECT seq FROM sample WHERE id = @id', { id })?.seq;
}

const pieceRow = z.object({
  looked: z.number().int(),
  n: z.number().int(),
  last: z.number().int().nullable(),
});

/**
 * How many of at most `limit` rows above a sequence number are not in the bin, of how many, and the
 * last one's number.
 */
export type CountedPiece = z.infer<typeof pieceRow>;

/** Rows that are counted piece by piece, each by an index of its own. */
export type Counted =
  | { what: 'status'; value: SampleStatus }
  | { what: 'source'; value: string }
  | { what: 'flag'; value: FlagRule }
  | { what: 'flagged'; value: null };

const countedRows: Record<Counted['what'], string> = {
  status: 'SELECT seq FROM sample WHERE status = @value AND seq > @after ORDER BY seq',
  source: 'SELECT seq FROM sample WHERE source = @value AND seq > @after ORDER BY seq',
  flag: `SELECT sample_seq AS seq FROM sample_flag WHERE rule = @value AND sample_seq > @after
    ORDER BY sample_seq`,
  flagged: `SELECT DISTINCT sample_seq AS seq FROM sample_flag
    WHERE @value IS NULL AND sample_seq > @after ORDER BY sample_seq`,
};

/** Counts the next piece of rows of a kind. */
export function countPiece(
  db: Database,
  { what, value }: Counted,
  after: number,
  limit: number,
): CountedPiece {
  const sql: string = `SELECT count(*) AS looked, max(seq) AS last,
      count(*) - coalesce(sum(EXISTS (SELECT 1 FROM binned_sample i WHERE i.sample_seq = seq)), 0) AS n
    FROM (${countedRows[what]} LIMIT @limit)`;
  return get(db, pieceRow, sql, { value, after, limit }) ?? { looked: 0, n: 0, last: null };
}

const nextSourceRow = z.object({ value: z.string() });

/** The first source after another by name; `undefined` after the last. */
export function nextSource(db: Database, after: string | null): string | undefined {
  const row =
    after === null
      ? get(db, nextSourceRow, 'SELECT source AS value FROM sample ORDER BY source LIMIT 1')
      : get(
          db,
          nextSourceRow,
          'SELECT source AS value FROM sample WHERE source > @after ORDER BY source LIMIT 1',
          { after },
        );
  return row?.value;
}

const nextFlagRow = z.object({ value: flagRuleSchema });

/** The first rule after another by name that flags a sample; `undefined` after the last. */
export function nextFlag(db: Database, after: string): FlagRule | undefined {
  return get(
    db,
    nextFlagRow,
    'SELECT rule AS value FROM sample_flag WHERE rule > @after ORDER BY rule LIMIT 1',
    { after },
  )?.value;
}

/** How many samples stand where in the review: of a small project. */
export function statusCounts(db: Database): Record<SampleStatus, number> {
  const counts = { pending: 0, accepted: 0, rejected: 0 };
  for (const value of sampleStatusSchema.options)
    counts[value] = countPiece(db, { what: 'status', value }, 0, -1).n;
  return counts;
}

/** The clauses of a query for samples within a window, with the parameters of the filter. */
interface FilterClause {
  /** Names `@after` and `@through` besides those in `params`. */
  where: string;
  params: Record<string, SqlValue>;
}

/**
 * The clauses of a filter: the one place where SQL is put together, of fixed clauses only. Each
 * looks at the samples above `@after` up to `@through` and at no others, so that a list of any
 * length is read in parts. What is searched for is looked up in the index of words instead.
 */
function whereFilter(filter: SampleFilter): FilterClause {
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
  const isBinned = 'EXISTS (SELECT 1 FROM binned_sample WHERE sample_seq = seq)';
  clauses.push(filter.inBin === true ? isBinned : `NOT ${isBinned}`);
  const where = ['seq > @after', 'seq <= @through', ...clauses].join(' AND ');
  return { where: `WHERE ${where}`, params };
}
