import { z } from 'zod';
import { jobKindSchema, jobStateSchema } from '../job.ts';

const count = z.number().int();

/** What one name wrote into a project. */
const authorWorkSchema = z.object({
  author: z.string(),
  samples: count,
  edits: count,
  reviews: count,
  votes: count,
  datasets: count,
  firstMs: count,
  lastMs: count,
});
export type AuthorWork = z.infer<typeof authorWorkSchema>;

/** A job that stopped and can go on, with every path outside the project that it would use. */
const waitingJobSchema = z.object({
  id: z.string(),
  kind: jobKindSchema,
  title: z.string(),
  state: jobStateSchema,
  paths: z.array(z.string()),
});
export type WaitingJob = z.infer<typeof waitingJobSchema>;

/** At most this many entries of each list are told; the counts beside them are of all. */
export const mostListed = 50;

/** What a project holds and who wrote it, for whoever decides whether to trust it. */
export const projectContentsSchema = z.object({
  uuid: z.string(),
  createdMs: count,
  samples: count,
  runs: count,
  evaluations: count,
  authorCount: count,
  authors: z.array(authorWorkSchema),
  datasetCount: count,
  datasets: z.array(
    z.object({ name: z.string(), author: z.string(), samples: count, createdMs: count }),
  ),
  modelCount: count,
  models: z.array(z.object({ name: z.string(), path: z.string() })),
  jobCount: count,
  jobs: z.array(waitingJobSchema),
});
export type ProjectContents = z.infer<typeof projectContentsSchema>;
