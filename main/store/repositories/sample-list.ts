import {
  type FlagRule,
  type SampleFilter,
  type SampleRow,
  type SampleStatus,
  flagRuleSchema,
} from '../../../shared/domain/sample.ts';
import { all, get, type Database } from '../database.ts';
import { whereFilter } from './sample-filter.ts';
import { z } from 'zod';

const flagRulesSchema = z.array(flagRuleSchema);

interface RowColumns {
  seq: number;
  id: string;
  status: SampleStatus;
  source: string;
  prompt_preview: string;
  answer_preview: string;
  turns: number;
  characters: number;
  flags: string | null;
}

const rowColumns = `seq, id, status, source, prompt_preview, answer_preview, turns, characters,
  (SELECT group_concat(rule) FROM sample_flag WHERE sample_seq = sample.seq) AS flags`;

function toRow(row: RowColumns): SampleRow {
  return {
    seq: row.seq,
    id: row.id,
    status: row.status,
    source: row.source,
    promptPreview: row.prompt_preview,
    answerPreview: row.answer_preview,
    turns: row.turns,
    characters: row.characters,
    flags: flagRulesSchema.parse(row.flags?.split(',') ?? []),
  };
}

/** Sequence numbers of every sample that passes the filter, ascending. */
export function sampleSeqs(db: Database, filter: SampleFilter): number[] {
  const { where, params } = whereFilter(filter);
  return db
    .prepare<unknown[], number>(`SELECT seq FROM sample ${where} ORDER BY seq`)
    .pluck()
    .all(...params);
}

/** Rows by sequence number, in the order of the numbers. */
export function sampleRows(db: Database, seqs: readonly number[]): SampleRow[] {
  return seqs.flatMap((seq) => {
    const row = get<RowColumns>(db, `SELECT ${rowColumns} FROM sample WHERE seq = ?`, seq);
    return row ? [toRow(row)] : [];
  });
}

/** A page by key: rows after the sample with id `after`. */
export function listSamples(
  db: Database,
  filter: SampleFilter,
  page: { after?: string | undefined; limit: number },
): SampleRow[] {
  const start = page.after ? (seqOf(db, page.after) ?? 0) : 0;
  const { where, params } = whereFilter(filter, ['seq > ?'], [start]);
  return all<RowColumns>(
    db,
    `SELECT ${rowColumns} FROM sample ${where} ORDER BY seq LIMIT ?`,
    ...params,
    page.limit,
  ).map(toRow);
}

/** The sequence number of a sample id. */
export function seqOf(db: Database, id: string): number | undefined {
  return get<{ seq: number }>(db, 'SELECT seq FROM sample WHERE id = ?', id)?.seq;
}

/** Counts for the filter bar. */
export function sampleFacets(db: Database): {
  statuses: Record<SampleStatus, number>;
  sources: { source: string; samples: number }[];
  flags: { flag: FlagRule; samples: number }[];
  unflagged: number;
} {
  return {
    statuses: statusCounts(db),
    sources: all(
      db,
      'SELECT source, count(*) AS samples FROM sample GROUP BY source ORDER BY source',
    ),
    flags: all(
      db,
      'SELECT rule AS flag, count(*) AS samples FROM sample_flag GROUP BY rule ORDER BY rule',
    ),
    unflagged:
      get<{ n: number }>(
        db,
        `SELECT (SELECT count(*) FROM sample)
           - (SELECT count(DISTINCT sample_seq) FROM sample_flag) AS n`,
      )?.n ?? 0,
  };
}

/** How many samples stand where in the review. */
export function statusCounts(db: Database): Record<SampleStatus, number> {
  const counts = { pending: 0, accepted: 0, rejected: 0 };
  for (const row of all<{ status: SampleStatus; n: number }>(
    db,
    'SELECT status, count(*) AS n FROM sample GROUP BY status',
  ))
    counts[row.status] = row.n;
  return counts;
}
