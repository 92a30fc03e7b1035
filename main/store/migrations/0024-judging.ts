import type { Migration } from './migrate.ts';

/**
 * Judges: the rubrics that they are asked with, what they judge, and their verdicts. All three are
 * appended only. A verdict is on a comparison or on one answer; one that could not be asked has a
 * reason in place of probabilities. A judging of neither a study nor an evaluation is an audit: its
 * verdicts are on pairs and answers that the program brings along, each known by a key.
 */
export const judging: Migration = {
  version: 24,
  name: 'judging',
  sql: `
CREATE TABLE rubric (
  hash TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  text_json TEXT NOT NULL CHECK (json_valid(text_json)),
  author TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  sequence INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX rubric_by_name ON rubric (name, sequence, hash);
CREATE INDEX rubric_by_sequence ON rubric (sequence, hash);
CREATE TABLE judging (
  id TEXT PRIMARY KEY,
  study_id TEXT REFERENCES study (id),
  evaluation_id TEXT REFERENCES evaluation (id),
  system_id TEXT NOT NULL REFERENCES system (id),
  rubric_hash TEXT NOT NULL REFERENCES rubric (hash),
  nonce TEXT NOT NULL,
  job_id TEXT REFERENCES job (id),
  author TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  sequence INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX judging_by_system ON judging (system_id, rubric_hash);
CREATE INDEX judging_by_sequence ON judging (sequence, id);
CREATE INDEX judging_by_study ON judging (study_id) WHERE study_id IS NOT NULL;
CREATE INDEX judging_by_evaluation ON judging (evaluation_id) WHERE evaluation_id IS NOT NULL;
CREATE TABLE verdict (
  id TEXT PRIMARY KEY,
  judging_id TEXT NOT NULL REFERENCES judging (id),
  comparison_id TEXT REFERENCES comparison (id),
  generation_id TEXT REFERENCES generation (id),
  audit_key TEXT,
  shown_order TEXT NOT NULL,
  probabilities_json TEXT CHECK (json_valid(probabilities_json)),
  elsewhere REAL,
  prompt_tokens INTEGER,
  failure TEXT,
  identity_json TEXT CHECK (json_valid(identity_json)),
  created_ms INTEGER NOT NULL,
  sequence INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX verdict_of_item
  ON verdict (judging_id, coalesce(comparison_id, generation_id, audit_key), shown_order);
CREATE INDEX verdict_by_sequence ON verdict (sequence, id);
CREATE INDEX verdict_by_comparison ON verdict (comparison_id) WHERE comparison_id IS NOT NULL;
CREATE INDEX verdict_by_generation ON verdict (generation_id) WHERE generation_id IS NOT NULL;
`,
};
