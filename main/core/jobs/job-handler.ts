import type { JobKind, JobSnapshot } from '../../../shared/domain/job.ts';
import type { JobReport } from './job-report.ts';

/** What a handler gets beside its payload. */
export interface JobContext {
  jobId: string;
  /** Aborts when the job has to end. */
  signal: AbortSignal;
  /** Aborts when the job should save and end by throwing `JobStopped`; only for kinds that pause. */
  pausing: AbortSignal;
  report(report: JobReport): void;
}

/**
 * Thrown by a handler whose job goes on later: it was paused, or its engine crashed. `cause` is
 * what a person should know about, when nobody asked for the stop.
 */
export class JobStopped extends Error {
  readonly event: 'paused' | 'crash';
  constructor(event: 'paused' | 'crash', cause?: unknown) {
    super(`The job has to be resumed (${event})`, { cause });
    this.event = event;
  }
}

/** Result of a job that ended well, shown as it is. */
export type JobResult = NonNullable<JobSnapshot['result']>;

/**
 * How one kind of job is done. `execute` throws when aborted; what it stored until then stays.
 * Jobs of the `accelerator` resource run one at a time, those of `disk` beside them.
 */
export interface JobHandler {
  kind: JobKind;
  resource: 'accelerator' | 'disk';
  execute(payload: unknown, context: JobContext): Promise<JobResult>;
  /** Called once a success is stored: removes what only a resume would need. */
  cleanUp?(payload: unknown): Promise<void>;
}
