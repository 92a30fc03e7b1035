import type { JobPayload, JobResult } from '../../../shared/contract/job-kinds.ts';
import type { JobKind } from '../../../shared/domain/job.ts';
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

/**
 * How one kind of job is done. `execute` throws when aborted; what it stored until then stays.
 * Jobs of the `accelerator` resource run one at a time, those of `disk` beside them.
 */
export interface JobHandler<Kind extends JobKind = JobKind> {
  kind: Kind;
  resource: 'accelerator' | 'disk';
  execute(payload: JobPayload<Kind>, context: JobContext): Promise<JobResult<Kind>>;
  /** Called once a success is stored: removes what only a resume would need. */
  cleanUp?(payload: JobPayload<Kind>): Promise<void>;
}
