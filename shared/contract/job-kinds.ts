import { z } from 'zod';
import { exportRequestSchema } from '../domain/export.ts';
import { jobSnapshotSchema, type JobKind } from '../domain/job.ts';
import { importReportSchema, requestedFormatSchema, textEncodingSchema } from './curate.ts';
import { scanReportSchema, selectionRequestSchema, selectionResultSchema } from './scans.ts';
import { mergeReportSchema, packetRequestSchema, packetResultSchema } from './merge.ts';

/** What a job of each kind is given, and what one that ended well leaves as its result. */
export const jobKinds = {
  import: {
    payload: z.object({
      path: z.string(),
      format: requestedFormatSchema,
      source: z.string().optional(),
      encoding: textEncodingSchema.optional(),
      dryRun: z.boolean(),
      batch: z.string().optional(),
      author: z.string(),
    }),
    result: importReportSchema,
  },
  scan: {
    payload: z.object({ dumps: z.array(z.object({ path: z.string() })), isFresh: z.boolean() }),
    result: scanReportSchema,
  },
  select: {
    payload: selectionRequestSchema.extend({ author: z.string() }),
    result: selectionResultSchema,
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
  /** All answers of a study. */
  study: {
    payload: z.object({ studyId: z.string() }),
    result: z.object({ studyId: z.string(), answers: z.number().int() }),
  },
  /** Verdicts of a judge; `verdicts`: all that are there now, or cannot be had. */
  judge: {
    payload: z.object({
      judgingId: z.string(),
      /** Nothing is taken over from earlier judgings. */
      isFresh: z.boolean().optional(),
    }),
    result: z.object({ judgingId: z.string(), verdicts: z.number().int() }),
  },
  export: {
    payload: exportRequestSchema,
    /** `files`: the path of each, one a line. */
    result: z.object({ path: z.string(), files: z.string(), sizeBytes: z.number().int() }),
  },
  merge: {
    payload: z.object({
      path: z.string(),
      dryRun: z.boolean(),
      isOtherProject: z.boolean(),
    }),
    result: mergeReportSchema,
  },
  packet: { payload: packetRequestSchema, result: packetResultSchema },
  review: {
    payload: z.object({ batchId: z.string() }),
    /** `changed`: samples that have another status now; 0 when the batch was taken back. */
    result: z.object({
      batchId: z.string(),
      changed: z.number().int(),
      isUndo: z.boolean(),
    }),
  },
  'empty-bin': {
    payload: z.object({}),
    /** `kept`: samples that stay in the bin, since a dataset holds them. */
    result: z.object({
      emptied: z.number().int(),
      kept: z.number().int(),
      freedBytes: z.number().int(),
    }),
  },
} satisfies Record<JobKind, { payload: z.ZodObject; result: z.ZodObject }>;

type JobKinds = typeof jobKinds;

/** What a job of a kind works on. */
export type JobPayload<Kind extends JobKind = JobKind> = z.output<JobKinds[Kind]['payload']>;

/** What a job of a kind leaves when it ended well. */
export type JobResult<Kind extends JobKind = JobKind> = z.output<JobKinds[Kind]['result']>;

/** What emptying the bin did. */
export type EmptiedBin = JobResult<'empty-bin'>;

const jobOf = <Kind extends JobKind, Result extends z.ZodType>(kind: Kind, result: Result) =>
  jobSnapshotSchema.extend({
    kind: z.literal(kind),
    // What an older program left in another shape is no result any more; the job stays listed.
    result: z.nullable(result).catch(null),
  });

/** A job as it crosses to a shell: its `kind` tells the type of its result. */
export const jobSchema = z.discriminatedUnion('kind', [
  jobOf('import', jobKinds.import.result),
  jobOf('scan', jobKinds.scan.result),
  jobOf('select', jobKinds.select.result),
  jobOf('add-model', jobKinds['add-model'].result),
  jobOf('train', jobKinds.train.result),
  jobOf('generate', jobKinds.generate.result),
  jobOf('study', jobKinds.study.result),
  jobOf('judge', jobKinds.judge.result),
  jobOf('export', jobKinds.export.result),
  jobOf('merge', jobKinds.merge.result),
  jobOf('packet', jobKinds.packet.result),
  jobOf('review', jobKinds.review.result),
  jobOf('empty-bin', jobKinds['empty-bin'].result),
]);
export type Job = z.output<typeof jobSchema>;

/** A job as it changed; `isForgotten` once what it worked on was deleted: nothing comes after that. */
export const jobChangeSchema = jobSchema.and(z.object({ isForgotten: z.boolean().optional() }));
export type JobChange = z.output<typeof jobChangeSchema>;

/** The result of a job of this kind that ended well; null of any other. */
export function resultOf<Kind extends JobKind>(job: Job, kind: Kind): JobResult<Kind> | null;
export function resultOf(job: Job, kind: JobKind): Job['result'] {
  return job.kind === kind ? job.result : null;
}
