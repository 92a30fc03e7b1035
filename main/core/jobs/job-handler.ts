import type { JobKind, JobSnapshot } from '../../../shared/domain/job.ts';

/** What a running job reports; the service adds the ETA of the phase. */
export interface JobReport {
  phase: string;
  done: number;
  /** 0 while unknown. */
  total: number;
  unit: string;
  detail?: string;
}

/** What a handler gets beside its payload. */
export interface JobContext {
  jobId: string;
  signal: AbortSignal;
  report(report: JobReport): void;
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
}
