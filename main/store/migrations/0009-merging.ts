import type { Migration } from './migrate.ts';

/**
 * What copies of one project need to be merged: which version an edit began from (two edits of one
 * version are shown side by side), a batch that is undone in both copies (so its undoing is no
 * longer unique), and for whom a review packet was made. Until now every version was made from the
 * one before it.
 */
export const merging: Migration = {
  version: 9,
  name: 'merging',
  sql: `
CREATE TABLE sample_version_parent (
  version_id TEXT NOT NULL REFERENCES sample_version (id),
  parent_id TEXT NOT NULL REFERENCES sample_version (id),
  PRIMARY KEY (version_id, parent_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX sample_version_parent_by_parent ON sample_version_parent (parent_id);
INSERT INTO sample_version_parent (version_id, parent_id)
SELECT v.id, p.id FROM sample_version v
JOIN sample_version p ON p.sample_seq = v.sample_seq AND p.ordinal = v.ordinal - 1
WHERE v.ordinal > 1;

CREATE TABLE new_review_batch (
  id TEXT PRIMARY KEY,
  author TEXT NOT NULL,
  undoes_batch_id TEXT REFERENCES review_batch (id),
  created_ms INTEGER NOT NULL,
  sequence INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO new_review_batch (id, author, undoes_batch_id, created_ms, sequence)
SELECT id, author, undoes_batch_id, created_ms, sequence FROM review_batch;
DROP TABLE review_batch;
DELETE FROM row_checksum;
ALTER TABLE new_review_batch RENAME TO review_batch;
CREATE INDEX review_batch_by_author ON review_batch (author, sequence, id);
CREATE INDEX review_batch_by_sequence ON review_batch (sequence, id);
CREATE INDEX review_batch_by_undone ON review_batch (undoes_batch_id);

CREATE TABLE packet (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  kind TEXT NOT NULL,
  annotator TEXT NOT NULL,
  created_ms INTEGER NOT NULL
) STRICT;
`,
};
