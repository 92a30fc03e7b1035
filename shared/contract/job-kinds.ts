import { z } from 'zod';
import { exportRequestSchema } from '../domain/export.ts';
import type { JobKind } from '../domain/job.ts';
import { importReportSchema, requestedFormatSchema } from './curate.ts';

/** What a job of each kind is given, and what one that ended well leaves as its result. */
export const jobKinds = {
  import: {
    payload: z.object({
      path: z.string(),
      format: requestedFormatSchema,
      source: z.string().optional(),
      dryRun: z.boolean(),
      author: z.string(),
    }),
    result: importReportSchema,
  },
  'add-model': {
    /** `expectedSha256` is set when a known model moved. */
    payload: z.object({ path: z.string(), expectedSha256: z.string().nullable() }),
    result: z.object({ modelId: z.string(), sha256: z.string() }),
  },
  train: {
    payload: z.object({ runId: z.string() }),
    result: z.object({
      runId: z.string(),
      steps: z.number().int(),
      engine: z.string(),
      device: z.string(),
    }),
  },
  generate: {
    payload: z.object({ evaluationId: z.string() }),
    result: z.object({ evaluationId: z.string(), answers: z.number().int() }),
  },
  export: {
    payload: exportRequestSchema,
    /** `files`: the path of each, one a line. */
    result: z.object({ path: z.string(), files: z.string(), sizeBytes: z.number().int() }),
  },
} satisfies Record<JobKind, { payload: z.ZodObject; result: z.ZodObject }>;

type JobKinds = typeof jobKinds;

/** What a job of a kind works on. */
export type JobPayload<Kind extends JobKind = JobKind> = z.output<JobKinds[Kind]['payload']>;

/** What a job of a kind leaves when it ended well. */
export type JobResult<Kind extends JobKind = JobKind> = z.output<JobKinds[Kind]['result']>;
