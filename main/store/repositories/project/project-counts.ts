import { z } from 'zod';
import {
  contentCountsSchema,
  type ContentCounts,
} from '../../../../shared/domain/project/backup.ts';
import { assembled, get, type Database } from '../../database.ts';
import { isLive } from '../labels.ts';

const countsRow = z.object({
  datasets: z.number().int(),
  runs: z.number().int(),
  evaluations: z.number().int(),
});

/** How much a project holds beside its samples. */
export function projectCounts(db: Database): z.infer<typeof countsRow> {
  const row = get(
    db,
    countsRow,
    assembled(
      `SELECT (SELECT count(*) FROM dataset d WHERE ${isLive('dataset', 'd.id')}
           AND d.id NOT IN (SELECT dataset_id FROM unfinished_dataset)) AS datasets,
         (SELECT count(*) FROM run r WHERE ${isLive('run', 'r.id')}) AS runs,
         (SELECT count(*) FROM evaluation) AS evaluations`,
    ),
    {},
  );
  return row ?? { datasets: 0, runs: 0, evaluations: 0 };
}

/** How much a project holds of what people and models wrote; of any version of the schema. */
export function contentCounts(db: Database): ContentCounts {
  const counts = get(
    db,
    contentCountsSchema,
    `SELECT (SELECT count(*) FROM sample) AS samples,
       (SELECT count(*) FROM sample_version) AS versions,
       (SELECT count(*) FROM review) AS reviews, (SELECT count(*) FROM dataset) AS datasets,
       (SELECT count(*) FROM run) AS runs,
       (SELECT count(*) FROM generation) + (SELECT count(*) FROM chat_answer) AS answers,
       (SELECT count(*) FROM evaluation) AS evaluations, (SELECT count(*) FROM vote) AS votes`,
  );
  return contentCountsSchema.parse(counts);
}

const workRow = z.object({
  samples: z.number().int(),
  versions: z.number().int(),
  reviews: z.number().int(),
  votes: z.number().int(),
  grades: z.number().int(),
  datasets: z.number().int(),
  runs: z.number().int(),
  promptSets: z.number().int(),
  promptTags: z.number().int(),
  evaluations: z.number().int(),
  chats: z.number().int(),
  models: z.number().int(),
  runEvents: z.number().int(),
  labels: z.number().int(),
  reveals: z.number().int(),
});

/** What was done after a place in the order, by what it is; only revealing has but a time. */
export function workAfter(
  db: Database,
  { sequence, sinceMs }: { sequence: number; sinceMs: number },
): Record<string, number> {
  const row = get(
    db,
    workRow,
    `SELECT (SELECT count(*) FROM sample WHERE sequence > @sequence) AS samples,
       (SELECT count(*) FROM sample_version WHERE sequence > @sequence AND ordinal > 1) AS versions,
       (SELECT count(*) FROM review r JOIN review_batch b ON b.id = r.batch_id
          WHERE b.sequence > @sequence)
         + (SELECT count(*) FROM bin_move m JOIN review_batch b ON b.id = m.batch_id
          WHERE b.sequence > @sequence) AS reviews,
       (SELECT count(*) FROM vote WHERE sequence > @sequence) AS votes,
       (SELECT count(*) FROM grade WHERE sequence > @sequence) AS grades,
       (SELECT count(*) FROM dataset WHERE sequence > @sequence) AS datasets,
       (SELECT count(*) FROM run WHERE sequence > @sequence) AS runs,
       (SELECT count(*) FROM prompt_set WHERE sequence > @sequence) AS "promptSets",
       (SELECT count(*) FROM prompt_tag WHERE sequence > @sequence) AS "promptTags",
       (SELECT count(*) FROM evaluation WHERE sequence > @sequence) AS evaluations,
       (SELECT count(*) FROM chat_answer WHERE sequence > @sequence) AS chats,
       (SELECT count(*) FROM model WHERE sequence > @sequence) AS models,
       (SELECT count(*) FROM run_event WHERE sequence > @sequence) AS "runEvents",
       (SELECT count(*) FROM label WHERE sequence > @sequence) AS labels,
       (SELECT count(*) FROM evaluation WHERE revealed_ms > @sinceMs) AS reveals`,
    { sequence, sinceMs },
  );
  return row ?? {};
}
