import {
  isJobFinished,
  type JobProgress,
  type JobSnapshot,
  type JobSubtask,
} from '../domain/job.ts';
import { importReportSchema } from '../contract/curate.ts';
import { jobKinds } from '../contract/job-kinds.ts';
import { mergeReportSchema, packetResultSchema } from '../contract/merge.ts';
import { scanReportSchema, selectionResultSchema } from '../contract/scans.ts';
import { emptiedText } from './bin.ts';
import { importSummary } from './importing.ts';
import { scanSummary, selectionSummary } from './scanning.ts';
import { cameText, packetContentsText } from './merging.ts';
import { formatBytes, formatCount } from './numbers.ts';

/** How far a phase is: `12 of 300 steps`, `1.0 MiB of 3.0 MiB`; empty when nothing is counted. */
function amountOf({ done, total, unit }: JobSubtask): string {
  if (unit === '' || (done === 0 && total === 0)) return '';
  const print = unit === 'bytes' ? formatBytes : (value: number) => formatCount(Math.floor(value));
  const amount = total > 0 ? `${print(done)} of ${print(total)}` : print(done);
  return unit === 'bytes'
    ? amount
    : `${amount} ${(total > 0 ? total : done) === 1 ? unit.replace(/s$/, '') : unit}`;
}

function phaseText(phase: JobSubtask): string {
  const amount = amountOf(phase);
  return amount === '' ? `${phase.phase}…` : `${phase.phase}: ${amount}`;
}

/** Progress in words: `training: 12 of 300 steps`; between steps `saving… · after 12 of 300 steps`. */
export function describeProgress(progress: JobProgress): string {
  if (!progress.subtask) return phaseText(progress);
  const amount = amountOf(progress);
  return joinFacts([phaseText(progress.subtask), amount === '' ? '' : `after ${amount}`]);
}

/** What an unfinished job is doing, in words; empty for any other. */
export function describeJob(job: Pick<JobSnapshot, 'state' | 'progress'> | undefined): string {
  if (!job || isJobFinished(job.state)) return '';
  if (job.state === 'queued') return 'Waiting for its turn';
  if (job.state === 'pausing') return 'Saving, then pausing…';
  if (job.state === 'cancelling') return 'Stopping…';
  return job.progress ? describeProgress(job.progress) : 'Starting…';
}

/** Facts on one line, empty ones left out: `training: 3 of 9 steps · 2 min left`. */
export function joinFacts(facts: readonly string[]): string {
  return facts.filter((fact) => fact !== '').join(' · ');
}

/** The outcome of a finished job: the counts of its result that are not zero, in words. */
export function describeResult(job: JobSnapshot): string {
  const merge = job.kind === 'merge' ? mergeReportSchema.safeParse(job.result) : undefined;
  if (merge?.success) return cameText(merge.data) || 'nothing came';
  const report = job.kind === 'import' ? importReportSchema.safeParse(job.result) : undefined;
  if (report?.success) return importSummary(report.data);
  const scan = job.kind === 'scan' ? scanReportSchema.safeParse(job.result) : undefined;
  if (scan?.success) return scanSummary(scan.data);
  const picked = job.kind === 'select' ? selectionResultSchema.safeParse(job.result) : undefined;
  if (picked?.success) return selectionSummary(picked.data);
  const packet = job.kind === 'packet' ? packetResultSchema.safeParse(job.result) : undefined;
  if (packet?.success)
    return joinFacts([packetContentsText(packet.data), formatBytes(packet.data.sizeBytes)]);
  const emptied =
    job.kind === 'empty-bin' ? jobKinds['empty-bin'].result.safeParse(job.result) : undefined;
  if (emptied?.success) return emptiedText(emptied.data);
  const counts = Object.entries(job.result ?? {}).flatMap(([name, value]) =>
    typeof value === 'number' && value !== 0 ? [`${formatCount(value)} ${wordsOf(name)}`] : [],
  );
  return counts.slice(0, 4).join(' · ');
}

/** The name of a count as words: `outputTokens` as "output tokens". */
function wordsOf(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
