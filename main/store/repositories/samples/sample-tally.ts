import { z } from 'zod';
import {
  flagRuleSchema,
  sampleStatusSchema,
  type FlagRule,
  type SampleFilter,
  type SampleStatus,
} from '../../../../shared/domain/sample.ts';
import { countRow } from '../../columns.ts';
import { all, get, type Database } from '../../database.ts';

/** How many samples there are of each kind beside the other conditions of a filter. */
export interface SampleTally {
  statuses: Map<SampleStatus, number>;
  sources: Map<string, number>;
  flags: Map<FlagRule, number>;
  unflagged: number;
}

/** A tally that nothing was added to. */
export const emptyTally = (): SampleTally => ({
  statuses: new Map(),
  sources: new Map(),
  flags: new Map(),
  unflagged: 0,
});

const kindRow = z.object({
  status: sampleStatusSchema,
  source: z.string(),
  passesFlag: z.number().int(),
  n: z.number().int(),
});
const flagRow = z.object({ rule: flagRuleSchema, n: z.number().int() });

const within = `s.seq > @after AND s.seq <= @through
  AND EXISTS (SELECT 1 FROM binned_sample i WHERE i.sample_seq = s.seq) = @inBin
  AND (@found IS NULL OR s.seq IN (SELECT value FROM json_each(@found)))`;
const besideFlag = `${within} AND (@status IS NULL OR s.status = @status)
  AND (@source IS NULL OR s.source = @source)`;

const kinds = `SELECT s.status, s.source, count(*) AS n,
    CASE WHEN @flag IS NULL THEN 1
      WHEN @flag = 'none' THEN NOT EXISTS (SELECT 1 FROM sample_flag f WHERE f.sample_seq = s.seq)
      ELSE EXISTS (SELECT 1 FROM sample_flag f WHERE f.sample_seq = s.seq AND f.rule = @flag)
    END AS passesFlag
  FROM sample s WHERE ${within} GROUP BY s.status, s.source, passesFlag`;
const flags = `SELECT f.rule, count(*) AS n FROM sample s CROSS JOIN sample_flag f
    ON f.sample_seq = s.seq WHERE ${besideFlag} GROUP BY f.rule`;
const unflagged = `SELECT count(*) AS n FROM sample s WHERE ${besideFlag}
  AND NOT EXISTS (SELECT 1 FROM sample_flag f WHERE f.sample_seq = s.seq)`;

/** Adds the samples of a part of the list; of a search, those that were `found` there. */
export function addTally(
  db: Database,
  { status, source, flag, inBin }: SampleFilter,
  part: { after: number; through: number; found: readonly number[] | null },
  tally: SampleTally,
): void {
  const { after, through } = part;
  const found = part.found && JSON.stringify(part.found);
  const place = { after, through, found, inBin: inBin === true ? 1 : 0 };
  for (const row of all(db, kindRow, kinds, { ...place, flag: flag ?? null })) {
    if (row.passesFlag === 0) continue;
    if (source === undefined || row.source === source) add(tally.statuses, row.status, row.n);
    if (status === undefined || row.status === status) add(tally.sources, row.source, row.n);
  }
  const beside = { ...place, status: status ?? null, source: source ?? null };
  for (const { rule, n } of all(db, flagRow, flags, beside)) add(tally.flags, rule, n);
  tally.unflagged += get(db, countRow, unflagged, beside)?.n ?? 0;
}

function add<Key>(counts: Map<Key, number>, key: Key, n: number): void {
  counts.set(key, (counts.get(key) ?? 0) + n);
}
