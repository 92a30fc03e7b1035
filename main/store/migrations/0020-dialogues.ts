import type { Migration } from './migrate.ts';

/**
 * Dialogues: an answer to several user turns is one row, whose earlier answers stand beside the last
 * one. What is answered in part belongs to nobody yet: it is not merged, and goes on where it stopped.
 */
export const dialogues: Migration = {
  version: 20,
  name: 'dialogues',
  sql: `
ALTER TABLE generation ADD COLUMN turns_json TEXT CHECK (json_valid(turns_json));
CREATE TABLE unfinished_dialogue (
  system_id TEXT NOT NULL REFERENCES system (id),
  prompt_id TEXT NOT NULL REFERENCES prompt (id),
  turns_json TEXT NOT NULL CHECK (json_valid(turns_json)),
  PRIMARY KEY (system_id, prompt_id)
) STRICT, WITHOUT ROWID;
`,
};
