import type { JobSnapshot, JobState } from '../../shared/domain/job.ts';
import type { Run, DevLoss } from '../../shared/domain/run.ts';

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

/** Why the dev loss is shown and decides nothing. */
export const devLossHelp =
  'LIMA found that perplexity (the exponential of this loss) does not follow the quality of ' +
  'the answers: on held-out samples it rose while the answers got better. So it is shown and never ' +
  'stops a run; choose a checkpoint by reading its answers.';

/** The newest dev loss that was there when a step was done. */
export function devLossAt(losses: readonly DevLoss[], step: number): DevLoss | undefined {
  return losses.findLast((one) => one.step <= step);
}
