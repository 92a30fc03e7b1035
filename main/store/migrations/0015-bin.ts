import type { Migration } from './migrate.ts';

/**
 * The bin of samples. Moves into it and out of it are appended to batches, as reviews are, so that
 * they are undone and merged like them; `binned_sample` is what follows from them. What was emptied
 * is known by its origin for good, so that no copy and no import brings it back.
 */
export const bin: Migration = {
  version: 15,
  name: 'bin',
  sql: `
CREATE TABLE bin_move (
  batch_id TEXT NOT NULL REFERENCES review_batch (id),
  sample_seq INTEGER NOT NULL REFERENCES sample (seq),
  is_in INTEGER NOT NULL,
  PRIMARY KEY (batch_id, sample_seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX bin_move_by_sample ON bin_move (sample_seq);
CREATE TABLE binned_sample (
  sample_seq INTEGER PRIMARY KEY REFERENCES sample (seq)
) STRICT;
CREATE TABLE emptied_sample (
  origin_hash TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;
`,
};
