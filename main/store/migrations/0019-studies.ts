import type { Migration } from './migrate.ts';

/**
 * Studies: evaluations that were set up together, whose systems answer each prompt once and whose
 * pairs make one blind queue. An evaluation without one stands by itself, as all did before.
 */
export const studies: Migration = {
  version: 19,
  name: 'studies',
  sql: `
CREATE TABLE study (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  design TEXT NOT NULL,
  focus_system_id TEXT REFERENCES system (id),
  seed INTEGER NOT NULL,
  parallel INTEGER NOT NULL,
  overlap_percent INTEGER NOT NULL,
  calibration_items INTEGER NOT NULL,
  job_id TEXT REFERENCES job (id),
  revealed_ms INTEGER,
  author TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  sequence INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX study_by_sequence ON study (sequence, id);
ALTER TABLE evaluation ADD COLUMN study_id TEXT REFERENCES study (id);
CREATE INDEX evaluation_by_study ON evaluation (study_id) WHERE study_id IS NOT NULL;
`,
};
