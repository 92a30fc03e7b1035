import type { JobSnapshot, JobState } from '../../shared/domain/job.ts';
import type { Run } from '../../shared/domain/run.ts';

/** The state of a run: its live job knows it a moment before the list does. */
export function stateOf(run: Run, job: JobSnapshot | undefined): JobState {
  return job?.state ?? run.state;
}

/** How long a job took; `null` before its end, and when nobody was there to see the end. */
export function durationOf(job: JobSnapshot | undefined): number | null {
  if (!job || job.state === 'interrupted') return null;
  if (job.startedMs === null || job.finishedMs === null) return null;
  return Math.max(0, job.finishedMs - job.startedMs);
}
