import type { Migration } from './migrate.ts';

/**
 * Batches of reviews that are still being made, since they are too large for one transaction. What
 * is in here does not count yet: it is no history, cannot be undone and is not merged.
 */
export const openBatches: Migration = {
  version: 10,
  name: 'open batches',
  sql: `
CREATE TABLE open_batch (
  batch_id TEXT PRIMARY KEY REFERENCES review_batch (id),
  job_id TEXT NOT NULL REFERENCES job (id),
  action TEXT,
  selection TEXT,
  total INTEGER NOT NULL,
  through_seq INTEGER NOT NULL,
  looked_at INTEGER NOT NULL,
  changed INTEGER NOT NULL,
  is_cancelled INTEGER NOT NULL
) STRICT;
`,
};
