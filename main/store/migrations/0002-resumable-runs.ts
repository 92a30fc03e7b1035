import type { Migration } from './migrate.ts';

/**
 * Jobs that pause, what happened to a run beside its steps, and answers to probe prompts by epoch.
 * SQLite cannot change a CHECK, so the jobs are copied; the references to them are checked at the
 * end of the transaction, when every job is back under its id.
 */
export const resumableRuns: Migration = {
  version: 2,
  name: 'resumable runs',
  sql: `
PRAGMA defer_foreign_keys = ON;

CREATE TEMP TABLE old_job AS SELECT * FROM job;
DROP TABLE job;
CREATE TABLE job (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('import', 'add-model', 'train', 'generate')),
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

CREATE TABLE run_event (
  id TEXT PRIMARY KEY,
  run_id TEXT NOT NULL REFERENCES run (id),
  kind TEXT NOT NULL CHECK (kind IN ('paused', 'resumed', 'damaged', 'warning')),
  step INTEGER NOT NULL,
  message TEXT NOT NULL,
  created_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX run_event_by_run ON run_event (run_id, id);

CREATE TABLE run_probe (
  run_id TEXT PRIMARY KEY REFERENCES run (id),
  name TEXT NOT NULL,
  sampling_json TEXT NOT NULL CHECK (json_valid(sampling_json))
) STRICT;

CREATE TABLE probe_prompt (
  run_id TEXT NOT NULL REFERENCES run_probe (run_id),
  ordinal INTEGER NOT NULL,
  messages_json TEXT NOT NULL CHECK (json_valid(messages_json)),
  PRIMARY KEY (run_id, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE probe_answer (
  run_id TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  ordinal INTEGER NOT NULL,
  output TEXT NOT NULL,
  finish TEXT NOT NULL CHECK (finish IN ('stop', 'length')),
  prompt_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  duration_ms REAL NOT NULL,
  identity_json TEXT NOT NULL CHECK (json_valid(identity_json)),
  created_ms INTEGER NOT NULL,
  PRIMARY KEY (run_id, epoch, ordinal),
  FOREIGN KEY (run_id, ordinal) REFERENCES probe_prompt (run_id, ordinal)
) STRICT;
`,
};
