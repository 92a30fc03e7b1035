import type { Migration } from './migrate.ts';

/**
 * Names, notes, tags and deletions that people give to things, of every kind in one table. It is
 * only ever appended to: of each field of a thing the last row counts, so that copies come to the
 * same labels whichever is merged into which.
 */
export const labels: Migration = {
  version: 12,
  name: 'labels',
  sql: `
CREATE TABLE label (
  id TEXT PRIMARY KEY,
  thing TEXT NOT NULL,
  thing_id TEXT NOT NULL,
  field TEXT NOT NULL,
  value TEXT NOT NULL,
  author TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  sequence INTEGER NOT NULL
) STRICT;
CREATE INDEX label_by_thing ON label (thing, thing_id, field, sequence, id);
CREATE INDEX label_by_sequence ON label (sequence, id);
`,
};
