import type { Migration } from './migrate.ts';

/**
 * Takes the CHECK from every column whose words will grow, so that a new one needs no rebuild;
 * what the words may be, the schemas beside the queries say. Seven tables are made anew as SQLite
 * advises (sqlite.org/lang_altertable.html, section 7); the README lists the columns and why.
 */
export const openEnums: Migration = {
  version: 6,
  name: 'open enums',
  sql: `
CREATE TABLE new_job (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  title TEXT NOT NULL,
  subject_id TEXT,
  state TEXT NOT NULL,
  payload_json TEXT NOT NULL CHECK (json_valid(payload_json)),
  progress_json TEXT CHECK (json_valid(progress_json)),
  error_json TEXT CHECK (json_valid(error_json)),
  result_json TEXT CHECK (json_valid(result_json)),
  created_ms INTEGER NOT NULL,
  started_ms INTEGER,
  finished_ms INTEGER
) STRICT;
INSERT INTO new_job SELECT * FROM job;
DROP TABLE job;
ALTER TABLE new_job RENAME TO job;

CREATE TABLE new_run_event (
  id TEXT PRIMARY KEY,
  run_id TEXT NOT NULL REFERENCES run (id),
  kind TEXT NOT NULL,
  step INTEGER NOT NULL,
  message TEXT NOT NULL,
  created_ms INTEGER NOT NULL
) STRICT;
INSERT INTO new_run_event SELECT * FROM run_event;
DROP TABLE run_event;
ALTER TABLE new_run_event RENAME TO run_event;
CREATE INDEX run_event_by_run ON run_event (run_id, id);

CREATE TABLE new_sample_flag (
  sample_seq INTEGER NOT NULL REFERENCES sample (seq),
  rule TEXT NOT NULL,
  scope TEXT NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (sample_seq, rule)
) STRICT, WITHOUT ROWID;
INSERT INTO new_sample_flag SELECT * FROM sample_flag;
DROP TABLE sample_flag;
ALTER TABLE new_sample_flag RENAME TO sample_flag;
CREATE INDEX sample_flag_by_rule ON sample_flag (rule, sample_seq);

CREATE TABLE new_generation (
  id TEXT PRIMARY KEY,
  system_id TEXT NOT NULL REFERENCES system (id),
  prompt_id TEXT NOT NULL REFERENCES prompt (id),
  output TEXT NOT NULL,
  finish TEXT NOT NULL,
  prompt_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  duration_ms REAL NOT NULL,
  identity_json TEXT NOT NULL CHECK (json_valid(identity_json)),
  created_ms INTEGER NOT NULL,
  UNIQUE (system_id, prompt_id)
) STRICT;
INSERT INTO new_generation SELECT * FROM generation;
DROP TABLE generation;
ALTER TABLE new_generation RENAME TO generation;

CREATE TABLE new_probe_answer (
  run_id TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  ordinal INTEGER NOT NULL,
  output TEXT NOT NULL,
  finish TEXT NOT NULL,
  prompt_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  duration_ms REAL NOT NULL,
  identity_json TEXT NOT NULL CHECK (json_valid(identity_json)),
  created_ms INTEGER NOT NULL,
  PRIMARY KEY (run_id, epoch, ordinal),
  FOREIGN KEY (run_id, ordinal) REFERENCES probe_prompt (run_id, ordinal)
) STRICT;
INSERT INTO new_probe_answer SELECT * FROM probe_answer;
DROP TABLE probe_answer;
ALTER TABLE new_probe_answer RENAME TO probe_answer;

CREATE TABLE new_vote (
  id TEXT PRIMARY KEY,
  comparison_id TEXT NOT NULL REFERENCES comparison (id),
  shown TEXT NOT NULL,
  author TEXT NOT NULL,
  author_kind TEXT NOT NULL,
  duration_ms INTEGER,
  created_ms INTEGER NOT NULL
) STRICT;
INSERT INTO new_vote SELECT * FROM vote;
DROP TABLE vote;
ALTER TABLE new_vote RENAME TO vote;
CREATE INDEX vote_by_comparison ON vote (comparison_id, author, id);

CREATE TABLE new_chat_answer (
  id TEXT PRIMARY KEY,
  conversation_id TEXT NOT NULL,
  pane TEXT NOT NULL,
  messages_json TEXT NOT NULL CHECK (json_valid(messages_json)),
  output TEXT NOT NULL,
  finish TEXT NOT NULL,
  identity_json TEXT NOT NULL CHECK (json_valid(identity_json)),
  created_ms INTEGER NOT NULL
) STRICT;
INSERT INTO new_chat_answer SELECT * FROM chat_answer;
DROP TABLE chat_answer;
ALTER TABLE new_chat_answer RENAME TO chat_answer;
`,
};
