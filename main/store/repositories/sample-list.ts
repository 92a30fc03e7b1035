import { z } from 'zod';
import {
  flagRuleSchema,
  sampleRowSchema,
  sampleStatusSchema,
  type FlagRule,
  type SampleFilter,
  type SampleRow,
  type SampleStatus,
} from '../../../shared/domain/sample.ts';
import { all, get, integers, type Database } from '../database.ts';
import { countRow } from '../columns.ts';
import { whereFilter } from './sample-filter.ts';

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

/** Sequence numbers of every sample that passes the filter, ascending. */
export function sampleSeqs(db: Database, filter: SampleFilter): number[] {
  const { where, params } = whereFilter(filter);
  return integers(db, `SELECT seq FROM sample ${where} ORDER BY seq`, params);
}

/** Rows by sequence number, in the order of the numbers. */
export function sampleRows(db: Database, seqs: readonly number[]): SampleRow[] {
  return seqs.flatMap((seq) => {
    const row = get(db, sampleRow, `SELECT ${sampleColumns} FROM sample WHERE seq = @seq`, { seq });
    return row ? [row] : [];
  });
}

/** A page by key: rows after the sample with id `after`. */
export function listSamples(
  db: Database,
  filter: SampleFilter,
  page: { after?: string | undefined; limit: number },
): SampleRow[] {
  const start = page.after ? (seqOf(db, page.after) ?? 0) : 0;
  const { where, params } = whereFilter(filter, ['seq > @start'], { start });
  const sql: string = `SELECT ${sampleColumns} FROM sample ${where} ORDER BY seq LIMIT @limit`;
  return all(db, sampleRow, sql, { ...params, limit: page.limit });
}

const seqRow = z.object({ seq: z.number().int() });

/** The sequence number of a sample id. */
export function seqOf(db: Database, id: string): number | undefined {
  return get(db, seqRow, 'SELECT seq FROM sample WHERE id = @id', { id })?.seq;
}

const sourceRow = z.object({ source: z.string(), samples: z.number().int() });
const flagRow = z.object({ flag: flagRuleSchema, samples: z.number().int() });

/** Counts for the filter bar. */
export function sampleFacets(db: Database): {
  statuses: Record<SampleStatus, number>;
  sources: { source: string; samples: number }[];
  flags: { flag: FlagRule; samples: number }[];
  unflagged: number;
} {
  const unflagged = get(
    db,
    countRow,
    `SELECT (SELECT count(*) FROM sample)
       - (SELECT count(DISTINCT sample_seq) FROM sample_flag) AS n`,
  );
  return {
    statuses: statusCounts(db),
    sources: all(
      db,
      sourceRow,
      'SELECT source, count(*) AS samples FROM sample GROUP BY source ORDER BY source',
    ),
    flags: all(
      db,
      flagRow,
      'SELECT rule AS flag, count(*) AS samples FROM sample_flag GROUP BY rule ORDER BY rule',
    ),
    unflagged: unflagged?.n ?? 0,
  };
}

const statusRow = countRow.extend({ status: sampleStatusSchema });

/** How many samples stand where in the review. */
export function statusCounts(db: Database): Record<SampleStatus, number> {
  const counts = { pending: 0, accepted: 0, rejected: 0 };
  const rows = all(db, statusRow, 'SELECT status, count(*) AS n FROM sample GROUP BY status');
  for (const { status, n } of rows) counts[status] = n;
  return counts;
}
