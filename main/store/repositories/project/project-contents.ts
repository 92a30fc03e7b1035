import { z } from 'zod';
import { jobKindSchema, jobStateSchema, nextJobState } from '../../../../shared/domain/job.ts';
import {
  mostListed,
  type AuthorWork,
  type ProjectContents,
  type WaitingJob,
} from '../../../../shared/domain/project/project-contents.ts';
import { countRow, json } from '../../columns.ts';
import { all, get, type Database } from '../../database.ts';

const identityRow = z.object({ uuid: z.string().max(64), createdMs: z.number().int() });

/** The id of a project that no other has, and when it was made. */
export function projectIdentity(db: Database): z.infer<typeof identityRow> | undefined {
  return get(db, identityRow, 'SELECT uuid, created_ms AS createdMs FROM project');
}

/** What a project holds and who wrote it. Takes about a second for each million reviews. */
export function projectContents(db: Database): ProjectContents {
  const authors = authorsOf(db);
  const jobs = waitingJobs(db);
  return {
    ...(projectIdentity(db) ?? { uuid: '', createdMs: 0 }),
    samples: countOf(db, 'sample'),
    runs: countOf(db, 'run'),
    evaluations: countOf(db, 'evaluation'),
    authorCount: authors.length,
    authors: authors.slice(0, mostListed),
    datasetCount: countOf(db, 'dataset'),
    datasets: all(
      db,
      datasetRow,
      `SELECT name, author, created_ms AS createdMs,
         (SELECT count(*) FROM dataset_item i WHERE i.dataset_id = d.id) AS samples
       FROM dataset d ORDER BY sequence DESC, id DESC LIMIT @limit`,
      { limit: mostListed },
    ),
    modelCount: countOf(db, 'model'),
    models: all(
      db,
      modelRow,
      `SELECT info_json AS name, path FROM model
       ORDER BY sequence DESC, id DESC LIMIT @limit`,
      { limit: mostListed },
    ),
    jobCount: jobs.length,
    jobs: jobs.slice(0, mostListed),
  };
}

const countOf = (db: Database, table: 'sample' | 'run' | 'evaluation' | 'dataset' | 'model') => {
  const sql: string = `SELECT count(*) AS n FROM ${table}`;
  return get(db, countRow, sql, {})?.n ?? 0;
};

const datasetRow = z.object({
  name: z.string(),
  author: z.string(),
  samples: z.number().int(),
  createdMs: z.number().int(),
});

const modelRow = z.object({
  name: json(z.object({ name: z.string() })).transform(({ name }) => name),
  path: z.string(),
});

const workRow = z.object({
  author: z.string(),
  count: z.number().int(),
  firstMs: z.number().int(),
  lastMs: z.number().int(),
});

/** What is counted of each author, by the name it has in `AuthorWork`. */
const works = {
  samples: `SELECT author, count(*) AS count, min(created_ms) AS firstMs, max(created_ms) AS lastMs
    FROM sample_version WHERE ordinal = 1 GROUP BY author`,
  edits: `SELECT author, count(*) AS count, min(created_ms) AS firstMs, max(created_ms) AS lastMs
    FROM sample_version WHERE ordinal > 1 GROUP BY author`,
  reviews: `SELECT b.author, sum((SELECT count(*) FROM review r WHERE r.batch_id = b.id)) AS count,
      min(b.created_ms) AS firstMs, max(b.created_ms) AS lastMs
    FROM review_batch b GROUP BY b.author`,
  votes: `SELECT author, count(*) AS count, min(created_ms) AS firstMs, max(created_ms) AS lastMs
    FROM vote GROUP BY author`,
  datasets: `SELECT author, count(*) AS count, min(created_ms) AS firstMs, max(created_ms) AS lastMs
    FROM dataset GROUP BY author`,
} as const;

/** Whoever wrote anything, the busiest first. */
function authorsOf(db: Database): AuthorWork[] {
  const byAuthor = new Map<string, AuthorWork>();
  for (const kind of ['samples', 'edits', 'reviews', 'votes', 'datasets'] as const)
    for (const { author, count, firstMs, lastMs } of all(db, workRow, works[kind])) {
      const known = byAuthor.get(author);
      const nothing = { samples: 0, edits: 0, reviews: 0, votes: 0, datasets: 0 };
      byAuthor.set(author, {
        ...(known ?? { author, ...nothing }),
        [kind]: count,
        firstMs: Math.min(known?.firstMs ?? firstMs, firstMs),
        lastMs: Math.max(known?.lastMs ?? lastMs, lastMs),
      });
    }
  return [...byAuthor.values()].toSorted((a, b) => totalOf(b) - totalOf(a));
}

const totalOf = ({ samples, edits, reviews, votes, datasets }: AuthorWork) =>
  samples + edits + reviews + votes + datasets;

const jobRow = z.object({
  id: z.string(),
  kind: jobKindSchema,
  title: z.string(),
  state: jobStateSchema,
  payload: json(z.unknown()),
});

const jobColumns = 'id, kind, title, state, payload_json AS payload';

/** Jobs that did not come to their end, newest first: a person can have them go on. */
function waitingJobs(db: Database): WaitingJob[] {
  return all(
    db,
    jobRow,
    `SELECT ${jobColumns} FROM job WHERE state <> 'succeeded' ORDER BY sequence DESC, id DESC`,
  ).map((job) => withPaths(db, job));
}

/** One job with the paths that it would use. */
export function waitingJob(db: Database, id: string): WaitingJob | undefined {
  const job = get(db, jobRow, `SELECT ${jobColumns} FROM job WHERE id = @id`, { id });
  return job && withPaths(db, job);
}

function withPaths(db: Database, { payload, ...job }: z.infer<typeof jobRow>): WaitingJob {
  const subject = subjectSchema.safeParse(payload).data ?? {};
  const own = subject.path === undefined ? [] : [subject.path];
  const models = modelsOf(db, subject).map(({ path }) => path);
  // Whoever ran it has ended.
  const state = nextJobState(job.state, 'crash') ?? job.state;
  return { ...job, state, paths: [...new Set([...own, ...models])] };
}

// What the payloads of all kinds name; one that holds none of it uses no path.
const subjectSchema = z.object({
  path: z.string().optional(),
  runId: z.string().optional(),
  evaluationId: z.string().optional(),
  studyId: z.string().optional(),
  judgingId: z.string().optional(),
  checkpointId: z.string().optional(),
});

const modelPathRow = z.object({ sha256: z.string(), path: z.string() });

/** The base models that a stored job would read, and where the project says that they lie. */
export function modelsOfJob(db: Database, id: string): z.infer<typeof modelPathRow>[] {
  const job = get(db, jobRow, `SELECT ${jobColumns} FROM job WHERE id = @id`, { id });
  return modelsOf(db, subjectSchema.safeParse(job?.payload).data ?? {});
}

function modelsOf(db: Database, subject: z.infer<typeof subjectSchema>) {
  const {
    runId = '',
    evaluationId = '',
    studyId = '',
    checkpointId = '',
    judgingId = '',
  } = subject;
  return all(
    db,
    modelPathRow,
    `SELECT sha256, path FROM model WHERE id IN (
       SELECT model_id FROM run WHERE id = @runId
       UNION SELECT r.model_id FROM checkpoint c JOIN run r ON r.id = c.run_id
         WHERE c.id = @checkpointId
       UNION SELECT s.model_id FROM evaluation e
         JOIN system s ON s.id IN (e.system_a_id, e.system_b_id)
         WHERE e.id = @evaluationId OR e.study_id = @studyId
       UNION SELECT s.model_id FROM judging j JOIN system s ON s.id = j.system_id
         WHERE j.id = @judgingId)`,
    { runId, evaluationId, studyId, checkpointId, judgingId },
  );
}
