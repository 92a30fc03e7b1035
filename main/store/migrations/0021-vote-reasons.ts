import type { Migration } from './migrate.ts';

/**
 * Why somebody voted so, in words and by tags; evaluations and studies that offer “both bad” as a
 * fourth choice; and who has seen what their own votes say, after which they vote no more.
 */
export const voteReasons: Migration = {
  version: 21,
  name: 'vote reasons',
  sql: `
ALTER TABLE vote ADD COLUMN reason TEXT NOT NULL DEFAULT '';
ALTER TABLE vote ADD COLUMN tags_json TEXT NOT NULL DEFAULT '[]';
ALTER TABLE evaluation ADD COLUMN both_bad INTEGER NOT NULL DEFAULT 0;
ALTER TABLE study ADD COLUMN both_bad INTEGER NOT NULL DEFAULT 0;
CREATE TABLE own_reveal (
  id TEXT PRIMARY KEY,
  evaluation_id TEXT REFERENCES evaluation (id),
  study_id TEXT REFERENCES study (id),
  author TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  sequence INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX own_reveal_by_sequence ON own_reveal (sequence, id);
`,
};
