import type { Migration } from './migrate.ts';

/** Loss of the held-out samples before the first step of a run and after each of its epochs. */
export const devLosses: Migration = {
  version: 5,
  name: 'dev losses',
  sql: `
CREATE TABLE dev_loss (
  run_id TEXT NOT NULL REFERENCES run (id),
  step INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  loss REAL NOT NULL,
  PRIMARY KEY (run_id, step)
) STRICT, WITHOUT ROWID;
`,
};
