import type { Migration } from './migrate.ts';

/**
 * Systems of several kinds: `weights` as before, and `answers`, which have a name and neither model
 * nor sampling. The table is made anew, because its model may be none from now on.
 */
export const importedAnswers: Migration = {
  version: 17,
  name: 'imported answers',
  sql: `
CREATE TABLE new_system (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL DEFAULT 'weights',
  name TEXT UNIQUE,
  model_id TEXT REFERENCES model (id),
  checkpoint_id TEXT REFERENCES checkpoint (id),
  strength REAL NOT NULL,
  sampling_json TEXT CHECK (json_valid(sampling_json)),
  chat_template TEXT NOT NULL DEFAULT '',
  key_hash TEXT NOT NULL UNIQUE,
  created_ms INTEGER NOT NULL
) STRICT;
INSERT INTO new_system (id, model_id, checkpoint_id, strength, sampling_json, chat_template,
    key_hash, created_ms)
  SELECT id, model_id, checkpoint_id, strength, sampling_json, chat_template, key_hash, created_ms
  FROM system;
DROP TABLE system;
ALTER TABLE new_system RENAME TO system;
`,
};
