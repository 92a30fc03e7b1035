import { z } from 'zod';
import { countSchema, idSchema, momentSchema, nameSchema } from './stored-value.ts';

/**
 * States of a job. After a crash of the core a running job is `interrupted` until resumed; a
 * `paused` one was stopped by a person, or by a disk without space.
 */
export const jobStateSchema = z.enum([
  'queued',
  'running',
  'pausing',
  'paused',
  'cancelling',
  'succeeded',
  'failed',
  'cancelled',
  'interrupted',
]);
export type JobState = z.infer<typeof jobStateSchema>;

/** Long work of the core, one kind per service. */
export const jobKindSchema = z.enum([
  'import',
  'scan',
  'select',
  'add-model',
  'train',
  'generate',
  'study',
  'judge',
  'export',
  'merge',
  'packet',
  'review',
  'empty-bin',
]);
export type JobKind = z.infer<typeof jobKindSchema>;

/** Work between the counted steps of a job, as saving is: `total` 0 means unknown. */
export const jobSubtaskSchema = z.object({
  phase: nameSchema,
  done: z.number(),
  total: z.number(),
  unit: nameSchema,
});
export type JobSubtask = z.infer<typeof jobSubtaskSchema>;

/** The last known progress: `total` 0 means unknown; the percentage is the reader's business. */
export const jobProgressSchema = z.object({
  phase: nameSchema,
  done: z.number(),
  total: z.number(),
  unit: nameSchema,
  etaMs: z.number().nullable(),
  detail: z.string().default(''),
  /** What the phase waits for at the moment; its own count and ETA stay as they are. */
  subtask: jobSubtaskSchema.nullable().default(null),
});
export type JobProgress = z.infer<typeof jobProgressSchema>;

/** Why a job failed: a code, a message for a person, and the engine's last words if there are any. */
export const jobErrorSchema = z.object({
  code: nameSchema,
  message: z.string(),
  detail: z.string().default(''),
});
export type JobError = z.infer<typeof jobErrorSchema>;

/** A job as anyone sees it. `revision` grows with every change in one core process. */
export const jobSnapshotSchema = z.object({
  id: idSchema,
  revision: z.number().int(),
  kind: jobKindSchema,
  title: nameSchema,
  /** Id of the run or evaluation the job works for, if any. */
  subjectId: idSchema.nullable(),
  state: jobStateSchema,
  progress: jobProgressSchema.nullable(),
  error: jobErrorSchema.nullable(),
  result: z.record(z.string(), z.json()).nullable(),
  /** Its place in the order of the project; times are for people. */
  sequence: countSchema,
  createdMs: momentSchema,
  startedMs: momentSchema.nullable(),
  finishedMs: momentSchema.nullable(),
});
export type JobSnapshot = z.infer<typeof jobSnapshotSchema>;

/** What would end if a project were closed now: jobs that run or wait, and answers being written. */
export const ongoingWorkSchema = z.object({
  jobs: z.array(
    jobSnapshotSchema.pick({ id: true, kind: true, title: true, state: true, progress: true }),
  ),
  answers: z.number().int(),
});
export type OngoingWork = z.infer<typeof ongoingWorkSchema>;

/** What can happen to a job. */
export type JobEvent =
  'start' | 'pause' | 'paused' | 'cancel' | 'succeed' | 'fail' | 'stopped' | 'crash' | 'resume';

const transitions: Record<JobState, Partial<Record<JobEvent, JobState>>> = {
  queued: { start: 'running', pause: 'paused', cancel: 'cancelled', crash: 'interrupted' },
  running: {
    pause: 'pausing',
    paused: 'paused',
    cancel: 'cancelling',
    succeed: 'succeeded',
    fail: 'failed',
    crash: 'interrupted',
  },
  pausing: {
    paused: 'paused',
    cancel: 'cancelling',
    succeed: 'succeeded',
    fail: 'failed',
    crash: 'interrupted',
  },
  paused: { resume: 'queued', cancel: 'cancelled' },
  cancelling: { stopped: 'cancelled', succeed: 'succeeded', fail: 'failed', crash: 'cancelled' },
  interrupted: { resume: 'queued', cancel: 'cancelled' },
  failed: { resume: 'queued' },
  cancelled: { resume: 'queued' },
  succeeded: {},
};

/** The state after an event, or `undefined` when the event means nothing in that state. */
export function nextJobState(state: JobState, event: JobEvent): JobState | undefined {
  return transitions[state][event];
}

/** True when a stopped job can be put back into the queue and goes on where it stopped. */
export function canResumeJob({ state }: { state: JobState }): boolean {
  return nextJobState(state, 'resume') !== undefined;
}

/** True when a job can be asked to save and to free its memory; others only stop. */
export function canPauseJob({ kind, state }: { kind: JobKind; state: JobState }): boolean {
  return kind === 'train' && nextJobState(state, 'pause') !== undefined;
}

/** True once nothing more will happen without a person. */
export function isJobFinished(state: JobState): boolean {
  return !['queued', 'running', 'pausing', 'cancelling'].includes(state);
}
