import type { Migration } from './migrate.ts';

/**
 * Prompt sets that are edited: each version is a frozen set of its own and names the one before it.
 * Prompts say their licence and source; tags belong to the words of a prompt, wherever it stands.
 */
export const promptVersions: Migration = {
  version: 26,
  name: 'prompt versions',
  sql: `
ALTER TABLE prompt_set ADD COLUMN version_of TEXT;
ALTER TABLE prompt ADD COLUMN license TEXT NOT NULL DEFAULT '';
ALTER TABLE prompt ADD COLUMN source TEXT NOT NULL DEFAULT '';
CREATE TABLE prompt_tag (
  id TEXT PRIMARY KEY,
  batch_id TEXT NOT NULL,
  undoes_batch_id TEXT,
  words_hash TEXT NOT NULL,
  tag TEXT NOT NULL,
  is_on INTEGER NOT NULL,
  evidence_json TEXT CHECK (json_valid(evidence_json)),
  author TEXT NOT NULL,
  author_kind TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  sequence INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX prompt_tag_by_words ON prompt_tag (words_hash, tag, sequence, id);
CREATE INDEX prompt_tag_by_batch ON prompt_tag (batch_id);
CREATE INDEX prompt_tag_by_sequence ON prompt_tag (sequence, id);
`,
};
