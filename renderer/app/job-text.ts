import type { JobSnapshot } from '../../shared/domain/job.ts';
import { formatCount } from '../ui/format.ts';

/** What a running job is doing: phase, how far, detail. */
export function describeProgress(job: JobSnapshot): string {
  if (job.state === 'queued') return 'Waiting for its turn';
  if (job.state === 'cancelling') return 'Stopping…';
  const { progress } = job;
  if (!progress) return 'Starting…';
  const done = formatCount(progress.done);
  const total = progress.total > 0 ? ` of ${formatCount(progress.total)}` : '';
  const amount = progress.unit === '' ? '' : `${done}${total} ${progress.unit}`;
  return [progress.phase, amount, progress.detail].filter((part) => part !== '').join(' · ');
}

/** The outcome of a finished job: the counts of its result, in words. */
export function describeResult(job: JobSnapshot): string {
  const counts = Object.entries(job.result ?? {}).flatMap(([name, value]) =>
    typeof value === 'number' ? [`${formatCount(value)} ${wordsOf(name)}`] : [],
  );
  return counts.slice(0, 4).join(' · ');
}

/** `errorsTotal` as "errors total". */
function wordsOf(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
