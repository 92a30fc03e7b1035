import type { JobSnapshot } from '../domain/job.ts';
import { previewLine } from './foreign-text.ts';
import { formatDuration } from './numbers.ts';
import { describeResult, joinFacts } from './progress.ts';

/** Shorter jobs end while one still looks. */
const longMs = 10_000;

/** What a notification says of a job that ended; null of a short one, and of one that was stopped. */
export function jobEndText(job: JobSnapshot): { title: string; body: string } | null {
  const { state, startedMs, finishedMs } = job;
  const tookMs = (finishedMs ?? 0) - (startedMs ?? 0);
  if ((state !== 'succeeded' && state !== 'failed') || tookMs < longMs) return null;
  const outcome = state === 'failed' ? (job.error?.message ?? '') : describeResult(job);
  const body = joinFacts([`${state} after ${formatDuration(tookMs)}`, previewLine(outcome, 200)]);
  return { title: previewLine(job.title, 80), body };
}
