import type { Migration } from './migrate.ts';

/**
 * Datasets that are being frozen, since they are too large for one transaction. What is in here is
 * there for nobody, is not merged, and is removed after a crash.
 */
export const unfinishedDatasets: Migration = {
  version: 14,
  name: 'unfinished datasets',
  sql: `
CREATE TABLE unfinished_dataset (
  dataset_id TEXT PRIMARY KEY
) STRICT;
`,
};
