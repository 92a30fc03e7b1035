import { describeAside, type JobProgress, type JobSnapshot } from '../../shared/domain/job.ts';
import { formatBytes, formatCount } from '../ui/format.ts';

/** What a running job is doing: phase, how far, detail. */
export function describeProgress(job: JobSnapshot): string {
  if (job.state === 'queued') return 'Waiting for its turn';
  if (job.state === 'pausing') return 'Saving, then pausing…';
  if (job.state === 'cancelling') return 'Stopping…';
  const { progress } = job;
  if (!progress) return 'Starting…';
  const { phase, aside, detail } = progress;
  const parts = [phase, describeAmount(progress), aside ? describeAside(aside) : detail];
  return parts.filter((part) => part !== '').join(' · ');
}

function describeAmount({ done, total, unit }: JobProgress): string {
  if (unit === '') return '';
  const print = unit === 'bytes' ? formatBytes : formatCount;
  const amount = total > 0 ? `${print(done)} of ${print(total)}` : print(done);
  return unit === 'bytes' ? amount : `${amount} ${unit}`;
}

/** The outcome of a finished job: the counts of its result that are not zero, in words. */
export function describeResult(job: JobSnapshot): string {
  const counts = Object.entries(job.result ?? {}).flatMap(([name, value]) =>
    typeof value === 'number' && value !== 0 ? [`${formatCount(value)} ${wordsOf(name)}`] : [],
  );
  return counts.slice(0, 4).join(' · ');
}

const words: Record<string, string> = { errorsTotal: 'bad lines' };

/** The name of a count as words: `outputTokens` as "output tokens". */
function wordsOf(name: string): string {
  return words[name] ?? name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
