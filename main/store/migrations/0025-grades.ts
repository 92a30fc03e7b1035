import type { Migration } from './migrate.ts';

/**
 * Grades of single answers: Excellent, Pass or Fail, and whether a risky one was safe. A grade
 * carries the hash of the text it is about, so that it never moves to another one.
 */
export const grades: Migration = {
  version: 25,
  name: 'grades',
  sql: `
CREATE TABLE grade (
  id TEXT PRIMARY KEY,
  generation_id TEXT NOT NULL REFERENCES generation (id),
  turn INTEGER NOT NULL,
  text_hash TEXT NOT NULL,
  grade TEXT NOT NULL,
  safety TEXT,
  note TEXT NOT NULL,
  author TEXT NOT NULL,
  author_kind TEXT NOT NULL,
  duration_ms INTEGER,
  created_ms INTEGER NOT NULL,
  sequence INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX grade_by_answer ON grade (generation_id, turn, author, author_kind, sequence, id);
CREATE INDEX grade_by_sequence ON grade (sequence, id);
`,
};
