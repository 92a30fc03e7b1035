import {
  contentCountsSchema,
  type Backup,
  type BackupReason,
  type ContentCounts,
} from '../../domain/project/backup.ts';
import { formatCount, formatQuantity } from '../numbers.ts';

const reasons: Record<BackupReason, string> = {
  daily: 'first changes of a day',
  hourly: 'while you worked',
  closing: 'when it was closed',
  asked: 'you asked for it',
  merge: 'before a merge',
  undo: 'before a large undo',
  emptying: 'before the bin was emptied',
  restore: 'before a restoring',
  migration: 'before a new version',
  damaged: 'the damaged file itself',
};

/** Why a backup was made, in a few words. */
export const describeReason = (reason: BackupReason): string => reasons[reason];

/** What a backup holds, or why it cannot be read: `1,000 samples, 1,200 reviews, 40 votes`. */
export function describeContent({ counts, fault }: Pick<Backup, 'counts' | 'fault'>): string {
  if (!counts) return fault ?? 'cannot be read';
  return [
    formatQuantity(counts.samples, 'sample'),
    formatQuantity(counts.reviews, 'review'),
    formatQuantity(counts.votes, 'vote'),
  ].join(', ');
}

const words: Record<keyof ContentCounts, [string, string]> = {
  samples: ['sample', 'samples'],
  versions: ['version of samples', 'versions of samples'],
  reviews: ['review', 'reviews'],
  datasets: ['dataset', 'datasets'],
  runs: ['run', 'runs'],
  answers: ['answer', 'answers'],
  evaluations: ['evaluation', 'evaluations'],
  votes: ['vote', 'votes'],
};

/** How a backup differs from the project of now: `lacks 12 reviews and 3 votes`. */
export function describeDifference(then: ContentCounts, now: ContentCounts): string {
  const all = contentCountsSchema.keyof().options;
  const amounts = (isMissing: boolean) =>
    all.flatMap((name) => {
      const difference = isMissing ? now[name] - then[name] : then[name] - now[name];
      return difference > 0 ? [formatQuantity(difference, ...words[name])] : [];
    });
  const missing = amounts(true);
  const more = amounts(false);
  const parts = [
    ...(missing.length > 0 ? [`lacks ${listed(missing)}`] : []),
    ...(more.length > 0 ? [`has ${listed(more)} more`] : []),
  ];
  return parts.join('; ') || 'holds as much';
}

const listed = (items: readonly string[]) =>
  items.length < 2 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;

/** The rule that says which backups stay. */
export const describeKeeping = (kept: { last: number; days: number; mostShare: number }): string =>
  `The last ${formatCount(kept.last)} backups are kept, and the last one of each of ` +
  `${formatCount(kept.days)} days; together they take at most ${Math.round(100 * kept.mostShare)} % ` +
  'of the free disk.';
