import type { Migration } from './migrate.ts';

/** Jobs that export a checkpoint. SQLite cannot change a CHECK, so the jobs are copied. */
export const exportJobs: Migration = {
  version: 3,
  name: 'export jobs',
  sql: `
PRAGMA defer_foreign_keys = ON;

CREATE TEMP TABLE old_job AS SELECT * FROM job;
DROP TABLE job;
CREATE TABLE job (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('import', 'add-model', 'train', 'generate', 'export')),
  title TEXT NOT NULL,
  subject_id TEXT,
  state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'pausing', 'paused', 'cancelling',
    'succeeded', 'failed', 'cancelled', 'interrupted')),
  payload_json TEXT NOT NULL CHECK (json_valid(payload_json)),
  progress_json TEXT CHECK (json_valid(progress_json)),
  error_json TEXT CHECK (json_valid(error_json)),
  result_json TEXT CHECK (json_valid(result_json)),
  created_ms INTEGER NOT NULL,
  started_ms INTEGER,
  finished_ms INTEGER
) STRICT;
INSERT INTO job SELECT * FROM old_job;
DROP TABLE old_job;
`,
};
