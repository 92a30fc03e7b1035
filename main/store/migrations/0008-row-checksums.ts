import type { Migration } from './migrate.ts';

/**
 * Checksums of rows, a few rows each, in the order they stand in: what a disk changes by itself is
 * told, and in which rows. The checksums of a migrated project are made once it is open.
 */
export const rowChecksums: Migration = {
  version: 8,
  name: 'row checksums',
  sql: `
CREATE TABLE row_checksum (
  table_name TEXT NOT NULL,
  last_a INTEGER NOT NULL,
  last_b INTEGER NOT NULL,
  row_count INTEGER NOT NULL,
  hash TEXT NOT NULL,
  row_checksums BLOB NOT NULL,
  PRIMARY KEY (table_name, last_a, last_b)
) STRICT, WITHOUT ROWID;
`,
};
