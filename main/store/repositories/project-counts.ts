import { get, type Database } from '../database.ts';
import { statusCounts } from './sample-list.ts';

/** How much of what a project holds. */
export function projectCounts(db: Database): {
  samples: ReturnType<typeof statusCounts>;
  datasets: number;
  runs: number;
  evaluations: number;
} {
  const row = get<{ datasets: number; runs: number; evaluations: number }>(
    db,
    `SELECT (SELECT count(*) FROM dataset) AS datasets, (SELECT count(*) FROM run) AS runs,
       (SELECT count(*) FROM evaluation) AS evaluations`,
  );
  return { samples: statusCounts(db), datasets: 0, runs: 0, evaluations: 0, ...row };
}
