import type { Migration } from './migrate.ts';

/** The first schema: samples to votes. Times are epoch milliseconds, ids UUIDv7. */
export const initial: Migration = {
  version: 1,
  name: 'initial',
  sql: `
CREATE TABLE project (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  uuid TEXT NOT NULL,
  created_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE sample (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  origin_hash TEXT NOT NULL UNIQUE,
  source TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('pending', 'accepted', 'rejected')),
  current_version_id TEXT NOT NULL,
  provenance_json TEXT NOT NULL CHECK (json_valid(provenance_json)),
  prompt_preview TEXT NOT NULL,
  answer_preview TEXT NOT NULL,
  turns INTEGER NOT NULL,
  characters INTEGER NOT NULL,
  created_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX sample_by_status ON sample (status, seq);
CREATE INDEX sample_by_source ON sample (source, seq);

CREATE TABLE sample_version (
  id TEXT PRIMARY KEY,
  sample_seq INTEGER NOT NULL REFERENCES sample (seq),
  ordinal INTEGER NOT NULL,
  messages_json TEXT NOT NULL CHECK (json_valid(messages_json)),
  content_hash TEXT NOT NULL,
  author TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  UNIQUE (sample_seq, ordinal)
) STRICT;

CREATE TABLE sample_flag (
  sample_seq INTEGER NOT NULL REFERENCES sample (seq),
  rule TEXT NOT NULL,
  scope TEXT NOT NULL CHECK (scope IN ('raw', 'cleaned', 'both')),
  reason TEXT NOT NULL,
  PRIMARY KEY (sample_seq, rule)
) STRICT, WITHOUT ROWID;
CREATE INDEX sample_flag_by_rule ON sample_flag (rule, sample_seq);

CREATE VIRTUAL TABLE sample_fts USING fts5 (
  text, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 2'
);

CREATE TABLE review_batch (
  id TEXT PRIMARY KEY,
  author TEXT NOT NULL,
  undoes_batch_id TEXT UNIQUE REFERENCES review_batch (id),
  created_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX review_batch_by_author ON review_batch (author, id);

CREATE TABLE review (
  batch_id TEXT NOT NULL REFERENCES review_batch (id),
  sample_seq INTEGER NOT NULL REFERENCES sample (seq),
  version_id TEXT NOT NULL REFERENCES sample_version (id),
  action TEXT NOT NULL CHECK (action IN ('accept', 'reject', 'reset')),
  status_before TEXT NOT NULL CHECK (status_before IN ('pending', 'accepted', 'rejected')),
  PRIMARY KEY (batch_id, sample_seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX review_by_sample ON review (sample_seq);

CREATE TABLE dataset (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  content_hash TEXT NOT NULL,
  author TEXT NOT NULL,
  created_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE dataset_item (
  dataset_id TEXT NOT NULL REFERENCES dataset (id),
  ordinal INTEGER NOT NULL,
  version_id TEXT NOT NULL REFERENCES sample_version (id),
  PRIMARY KEY (dataset_id, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE model (
  id TEXT PRIMARY KEY,
  sha256 TEXT NOT NULL UNIQUE,
  path TEXT NOT NULL,
  info_json TEXT NOT NULL CHECK (json_valid(info_json)),
  created_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE job (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('import', 'add-model', 'train', 'generate')),
  title TEXT NOT NULL,
  subject_id TEXT,
  state TEXT NOT NULL CHECK (state IN
    ('queued', 'running', 'cancelling', 'succeeded', 'failed', 'cancelled', 'interrupted')),
  payload_json TEXT NOT NULL CHECK (json_valid(payload_json)),
  progress_json TEXT CHECK (json_valid(progress_json)),
  error_json TEXT CHECK (json_valid(error_json)),
  result_json TEXT CHECK (json_valid(result_json)),
  created_ms INTEGER NOT NULL,
  started_ms INTEGER,
  finished_ms INTEGER
) STRICT;

CREATE TABLE run (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  job_id TEXT NOT NULL REFERENCES job (id),
  model_id TEXT NOT NULL REFERENCES model (id),
  dataset_id TEXT NOT NULL REFERENCES dataset (id),
  recipe_json TEXT NOT NULL CHECK (json_valid(recipe_json)),
  engine TEXT NOT NULL,
  total_steps INTEGER NOT NULL,
  encode_report_json TEXT CHECK (json_valid(encode_report_json)),
  created_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE run_metric (
  run_id TEXT NOT NULL REFERENCES run (id),
  step INTEGER NOT NULL,
  epoch REAL NOT NULL,
  loss REAL NOT NULL,
  learning_rate REAL NOT NULL,
  grad_norm REAL NOT NULL,
  tokens_per_second REAL NOT NULL,
  elapsed_ms REAL NOT NULL,
  PRIMARY KEY (run_id, step)
) STRICT, WITHOUT ROWID;

CREATE TABLE checkpoint (
  id TEXT PRIMARY KEY,
  run_id TEXT NOT NULL REFERENCES run (id),
  epoch INTEGER NOT NULL,
  step INTEGER NOT NULL,
  file TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  size_bytes INTEGER NOT NULL,
  mean_loss REAL NOT NULL,
  created_ms INTEGER NOT NULL,
  UNIQUE (run_id, epoch)
) STRICT;

CREATE TABLE prompt_set (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  content_hash TEXT NOT NULL,
  created_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE prompt (
  id TEXT PRIMARY KEY,
  prompt_set_id TEXT NOT NULL REFERENCES prompt_set (id),
  ordinal INTEGER NOT NULL,
  messages_json TEXT NOT NULL CHECK (json_valid(messages_json)),
  expected TEXT,
  UNIQUE (prompt_set_id, ordinal)
) STRICT;

CREATE TABLE system (
  id TEXT PRIMARY KEY,
  model_id TEXT NOT NULL REFERENCES model (id),
  checkpoint_id TEXT REFERENCES checkpoint (id),
  strength REAL NOT NULL,
  sampling_json TEXT NOT NULL CHECK (json_valid(sampling_json)),
  key_hash TEXT NOT NULL UNIQUE,
  created_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE generation (
  id TEXT PRIMARY KEY,
  system_id TEXT NOT NULL REFERENCES system (id),
  prompt_id TEXT NOT NULL REFERENCES prompt (id),
  output TEXT NOT NULL,
  finish TEXT NOT NULL CHECK (finish IN ('stop', 'length')),
  prompt_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  duration_ms REAL NOT NULL,
  identity_json TEXT NOT NULL CHECK (json_valid(identity_json)),
  created_ms INTEGER NOT NULL,
  UNIQUE (system_id, prompt_id)
) STRICT;

CREATE TABLE evaluation (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  prompt_set_id TEXT NOT NULL REFERENCES prompt_set (id),
  system_a_id TEXT NOT NULL REFERENCES system (id),
  system_b_id TEXT NOT NULL REFERENCES system (id),
  seed INTEGER NOT NULL,
  parallel INTEGER NOT NULL,
  job_id TEXT REFERENCES job (id),
  revealed_ms INTEGER,
  author TEXT NOT NULL,
  created_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE comparison (
  id TEXT PRIMARY KEY,
  evaluation_id TEXT NOT NULL REFERENCES evaluation (id),
  ordinal INTEGER NOT NULL,
  prompt_id TEXT NOT NULL REFERENCES prompt (id),
  left_side TEXT NOT NULL CHECK (left_side IN ('a', 'b')),
  UNIQUE (evaluation_id, ordinal)
) STRICT;

CREATE TABLE vote (
  id TEXT PRIMARY KEY,
  comparison_id TEXT NOT NULL REFERENCES comparison (id),
  shown TEXT NOT NULL CHECK (shown IN ('left', 'right', 'neither', 'withdrawn')),
  author TEXT NOT NULL,
  author_kind TEXT NOT NULL CHECK (author_kind IN ('human', 'rule', 'judge')),
  duration_ms INTEGER,
  created_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX vote_by_comparison ON vote (comparison_id, author, id);

CREATE TABLE chat_answer (
  id TEXT PRIMARY KEY,
  conversation_id TEXT NOT NULL,
  pane TEXT NOT NULL CHECK (pane IN ('left', 'right')),
  messages_json TEXT NOT NULL CHECK (json_valid(messages_json)),
  output TEXT NOT NULL,
  finish TEXT NOT NULL,
  identity_json TEXT NOT NULL CHECK (json_valid(identity_json)),
  created_ms INTEGER NOT NULL
) STRICT;
`,
};
