import type { Migration } from './migrate.ts';

/**
 * From here on the hash of a version covers which of its messages are trained. Those that were
 * stored before, and leave some out, keep the hash of their words, which datasets are made of; their
 * weights are noted here, so that they cannot change unnoticed either. And an answer of an
 * evaluation gets a hash of what was asked and answered; older ones have none.
 */
export const hashedContent: Migration = {
  version: 11,
  name: 'hashed content',
  sql: `
CREATE TABLE unhashed_weights (
  version_id TEXT PRIMARY KEY REFERENCES sample_version (id),
  weights TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO unhashed_weights (version_id, weights)
SELECT id, weights FROM (
  SELECT v.id,
    (SELECT group_concat(
       CASE WHEN json_extract(v.messages_json, m.fullkey || '.weight') = 0 THEN '0' ELSE '1' END,
       '' ORDER BY m.key)
     FROM json_each(v.messages_json) m) AS weights
  FROM sample_version v WHERE v.messages_json LIKE '%"weight"%'
) WHERE weights LIKE '%0%';
ALTER TABLE generation ADD COLUMN answer_hash TEXT;
`,
};
