import type { Migration } from './migrate.ts';

/**
 * An order that no clock can change: `sequence` counts what happens in a project (`sequence.ts`).
 * An old file is numbered in the order that counted until now: samples by their place, versions by
 * their ordinal, all else by its UUIDv7. The first version of a sample keeps 0, so that the largest
 * table is not written anew: it is as old as its sample.
 */
export const sequence: Migration = {
  version: 7,
  name: 'sequence',
  sql: `
ALTER TABLE project ADD COLUMN last_sequence INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sample ADD COLUMN sequence INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sample_version ADD COLUMN sequence INTEGER NOT NULL DEFAULT 0;
ALTER TABLE review_batch ADD COLUMN sequence INTEGER NOT NULL DEFAULT 0;
ALTER TABLE dataset ADD COLUMN sequence INTEGER NOT NULL DEFAULT 0;
ALTER TABLE model ADD COLUMN sequence INTEGER NOT NULL DEFAULT 0;
ALTER TABLE job ADD COLUMN sequence INTEGER NOT NULL DEFAULT 0;
ALTER TABLE run ADD COLUMN sequence INTEGER NOT NULL DEFAULT 0;
ALTER TABLE run_event ADD COLUMN sequence INTEGER NOT NULL DEFAULT 0;
ALTER TABLE prompt_set ADD COLUMN sequence INTEGER NOT NULL DEFAULT 0;
ALTER TABLE evaluation ADD COLUMN sequence INTEGER NOT NULL DEFAULT 0;
ALTER TABLE vote ADD COLUMN sequence INTEGER NOT NULL DEFAULT 0;
ALTER TABLE chat_answer ADD COLUMN sequence INTEGER NOT NULL DEFAULT 0;

CREATE TEMP TABLE place (
  sequence INTEGER PRIMARY KEY,
  thing TEXT NOT NULL,
  id TEXT NOT NULL,
  UNIQUE (thing, id)
);
INSERT INTO place (sequence, thing, id)
SELECT row_number() OVER (ORDER BY moment, ordinal, thing, id), thing, id FROM (
  SELECT 'sample' AS thing, id, seq AS ordinal, max(id) OVER (ORDER BY seq) AS moment FROM sample
  UNION ALL
  SELECT 'sample_version', id, ordinal, max(id) OVER (PARTITION BY sample_seq ORDER BY ordinal)
    FROM sample_version WHERE ordinal > 1
  UNION ALL SELECT 'review_batch', id, 0, id FROM review_batch
  UNION ALL SELECT 'dataset', id, 0, id FROM dataset
  UNION ALL SELECT 'model', id, 0, id FROM model
  UNION ALL SELECT 'job', id, 0, id FROM job
  UNION ALL SELECT 'run', id, 0, id FROM run
  UNION ALL SELECT 'run_event', id, 0, id FROM run_event
  UNION ALL SELECT 'prompt_set', id, 0, id FROM prompt_set
  UNION ALL SELECT 'evaluation', id, 0, id FROM evaluation
  UNION ALL SELECT 'vote', id, 0, id FROM vote
  UNION ALL SELECT 'chat_answer', id, 0, id FROM chat_answer
);

UPDATE sample SET sequence = place.sequence FROM place WHERE thing = 'sample' AND place.id = sample.id;
UPDATE sample_version SET sequence = place.sequence FROM place
  WHERE thing = 'sample_version' AND place.id = sample_version.id;
UPDATE review_batch SET sequence = place.sequence FROM place
  WHERE thing = 'review_batch' AND place.id = review_batch.id;
UPDATE dataset SET sequence = place.sequence FROM place
  WHERE thing = 'dataset' AND place.id = dataset.id;
UPDATE model SET sequence = place.sequence FROM place WHERE thing = 'model' AND place.id = model.id;
UPDATE job SET sequence = place.sequence FROM place WHERE thing = 'job' AND place.id = job.id;
UPDATE run SET sequence = place.sequence FROM place WHERE thing = 'run' AND place.id = run.id;
UPDATE run_event SET sequence = place.sequence FROM place
  WHERE thing = 'run_event' AND place.id = run_event.id;
UPDATE prompt_set SET sequence = place.sequence FROM place
  WHERE thing = 'prompt_set' AND place.id = prompt_set.id;
UPDATE evaluation SET sequence = place.sequence FROM place
  WHERE thing = 'evaluation' AND place.id = evaluation.id;
UPDATE vote SET sequence = place.sequence FROM place WHERE thing = 'vote' AND place.id = vote.id;
UPDATE chat_answer SET sequence = place.sequence FROM place
  WHERE thing = 'chat_answer' AND place.id = chat_answer.id;
UPDATE project SET last_sequence = (SELECT coalesce(max(sequence), 0) FROM place);
DROP TABLE place;

CREATE INDEX sample_by_sequence ON sample (sequence);
CREATE INDEX sample_version_by_sequence ON sample_version (sequence);
CREATE INDEX review_batch_by_sequence ON review_batch (sequence, id);
CREATE INDEX dataset_by_sequence ON dataset (sequence, id);
CREATE INDEX model_by_sequence ON model (sequence, id);
CREATE INDEX job_by_sequence ON job (sequence, id);
CREATE INDEX run_by_sequence ON run (sequence, id);
CREATE INDEX run_event_by_sequence ON run_event (sequence, id);
CREATE INDEX prompt_set_by_sequence ON prompt_set (sequence, id);
CREATE INDEX evaluation_by_sequence ON evaluation (sequence, id);
CREATE INDEX vote_by_sequence ON vote (sequence, id);
CREATE INDEX chat_answer_by_sequence ON chat_answer (sequence, id);

DROP INDEX review_batch_by_author;
CREATE INDEX review_batch_by_author ON review_batch (author, sequence, id);
DROP INDEX run_event_by_run;
CREATE INDEX run_event_by_run ON run_event (run_id, sequence, id);
DROP INDEX vote_by_comparison;
CREATE INDEX vote_by_comparison ON vote (comparison_id, author, author_kind, sequence, id);
`,
};
