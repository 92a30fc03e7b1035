import { z } from 'zod';
import { all, type Database } from '../database.ts';

/** What samples are counted by; `flagged` counts those with any flag. */
export type TalliedBy = 'status' | 'source' | 'flag' | 'flagged';

const tallyRow = z.object({ value: z.string(), n: z.number().int() });

const queries: Record<TalliedBy, string> = {
  status: `SELECT s.status AS value, count(*) AS n
    FROM json_each(@seqs) j CROSS JOIN sample s ON s.seq = j.value GROUP BY s.status`,
  source: `SELECT s.source AS value, count(*) AS n
    FROM json_each(@seqs) j CROSS JOIN sample s ON s.seq = j.value GROUP BY s.source`,
  flag: `SELECT f.rule AS value, count(*) AS n
    FROM json_each(@seqs) j CROSS JOIN sample_flag f ON f.sample_seq = j.value GROUP BY f.rule`,
  flagged: `SELECT 'flagged' AS value, count(*) AS n FROM json_each(@seqs) j
    WHERE EXISTS (SELECT 1 FROM sample_flag f WHERE f.sample_seq = j.value)`,
};

/** How many of these samples there are of each kind, added to what was counted before. */
export function addTally(
  db: Database,
  by: TalliedBy,
  seqs: readonly number[],
  counts: Map<string, number>,
): void {
  const sql: string = queries[by];
  for (const { value, n } of all(db, tallyRow, sql, { seqs: JSON.stringify(seqs) }))
    counts.set(value, (counts.get(value) ?? 0) + n);
}
