import { explainError } from '../base/explain-error.ts';
import { JobStopped, type JobContext } from '../jobs/job-handler.ts';

/**
 * How a run ends by an error: a full disk or memory that runs short pauses it and a crash interrupts
 * it, since it can go on once a person mended the cause; anything else stays a failure.
 */
export function toStop(
  error: unknown,
  { signal, pausing }: Pick<JobContext, 'signal' | 'pausing'>,
): unknown {
  if (error instanceof JobStopped || signal.aborted) return error;
  const { code, data } = explainError(error) ?? {};
  // Memory that ran short after the first step may be free again later, like a disk.
  const ranShort = data?.['cause'] === 'OUT_OF_MEMORY' && data['isStopped'] === true;
  if (code === 'DISK_FULL' || ranShort) return new JobStopped('paused', error);
  if (code === 'ENGINE_CRASHED') return new JobStopped('crash', error);
  const isAbort =
    error instanceof Error &&
    (error.name === 'AbortError' || ('code' in error && error.code === 'CANCELLED'));
  return isAbort && pausing.aborted ? new JobStopped('paused') : error;
}
