import { z } from 'zod';
import { get, type Database } from '../database.ts';
import { statusCounts } from './sample-list.ts';

const countsRow = z.object({
  datasets: z.number().int(),
  runs: z.number().int(),
  evaluations: z.number().int(),
});

/** How much of what a project holds. */
export function projectCounts(
  db: Database,
): z.infer<typeof countsRow> & { samples: ReturnType<typeof statusCounts> } {
  const row = get(
    db,
    countsRow,
    `SELECT (SELECT count(*) FROM dataset) AS datasets, (SELECT count(*) FROM run) AS runs,
       (SELECT count(*) FROM evaluation) AS evaluations`,
  );
  return { samples: statusCounts(db), datasets: 0, runs: 0, evaluations: 0, ...row };
}
