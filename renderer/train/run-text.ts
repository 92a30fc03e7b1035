import {
  describeAside,
  isJobFinished,
  type JobSnapshot,
  type JobState,
} from '../../shared/domain/job.ts';
import type { Run } from '../../shared/domain/run.ts';
import { formatBytes, formatCount } from '../ui/format.ts';

/** The state of a run: its live job knows it a moment before the list does. */
export function stateOf(run: Run, job: JobSnapshot | undefined): JobState {
  return job?.state ?? run.state;
}

/** What a run that is not finished is doing: `training: 12 of 300 steps`. */
export function describeProgress(job: JobSnapshot | undefined): string {
  if (!job || isJobFinished(job.state)) return '';
  if (job.state === 'queued') return 'Waiting for the accelerator';
  if (job.state === 'pausing') return 'Saving, then pausing…';
  if (job.state === 'cancelling') return 'Stopping…';
  const { progress } = job;
  if (!progress) return 'Starting…';
  const { phase, done, total, unit, aside } = progress;
  if (total === 0) return `${phase}…`;
  const print = unit === 'bytes' ? formatBytes : (value: number) => formatCount(Math.floor(value));
  const amount = `${print(done)} of ${print(total)}`;
  if (aside) return `${describeAside(aside)} · after ${amount} ${unit}`;
  return unit === 'bytes' ? `${phase}: ${amount}` : `${phase}: ${amount} ${unit}`;
}

/** How long a job took; `null` before its end, and when nobody was there to see the end. */
export function durationOf(job: JobSnapshot | undefined): number | null {
  if (!job || job.state === 'interrupted') return null;
  if (job.startedMs === null || job.finishedMs === null) return null;
  return Math.max(0, job.finishedMs - job.startedMs);
}

/** Where a stopped run would go on, in words. */
export function describeResume(run: Pick<Run, 'savedStep' | 'lastMetric'>): string {
  const lost = Math.max(0, (run.lastMetric?.step ?? 0) - run.savedStep);
  if (run.savedStep === 0)
    return lost > 0
      ? 'No checkpoint was written yet: it would start again from the first step.'
      : 'It would start with the first step.';
  const saved = `Resumed, it goes on after step ${formatCount(run.savedStep)}.`;
  if (lost === 0) return `${saved} Nothing is done twice.`;
  return `${saved} ${formatCount(lost)} later ${lost === 1 ? 'step is' : 'steps are'} repeated.`;
}

/** A learning rate, by default with three digits, as it is typed: `1e-4`, `2.5e-5`, `0.02`. */
export function formatRate(rate: number, digits = 3): string {
  if (rate === 0 || rate >= 0.01) return String(Number(rate.toPrecision(digits)));
  return rate.toExponential(digits - 1).replace(/\.?0+e/, 'e');
}

/** A loss in nats per trained token. */
export function formatLoss(loss: number): string {
  return Number.isFinite(loss) ? loss.toFixed(4) : 'not a number';
}
