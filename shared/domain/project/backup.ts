import { z } from 'zod';

/** Why a backup was made. `damaged` is the project as it was when nothing could read it any more. */
export const backupReasonSchema = z.enum([
  'daily',
  'hourly',
  'closing',
  'asked',
  'merge',
  'undo',
  'emptying',
  'restore',
  'migration',
  'damaged',
]);
export type BackupReason = z.infer<typeof backupReasonSchema>;

/** How much a project holds of what people typed or judged and of what models answered. */
export const contentCountsSchema = z.object({
  samples: z.number().int(),
  versions: z.number().int(),
  reviews: z.number().int(),
  datasets: z.number().int(),
  runs: z.number().int(),
  answers: z.number().int(),
  evaluations: z.number().int(),
  votes: z.number().int(),
});
export type ContentCounts = z.infer<typeof contentCountsSchema>;

/** A backup as a list shows it. */
export const backupSchema = z.object({
  /** The name of its file, which also names it for restoring. */
  name: z.string(),
  path: z.string(),
  createdMs: z.number().int(),
  reason: backupReasonSchema,
  sizeBytes: z.number().int(),
  /** What it holds, or `null` with `fault` where it cannot be read. */
  counts: contentCountsSchema.nullable(),
  schemaVersion: z.number().int().nullable(),
  fault: z.string().nullable(),
});
export type Backup = z.infer<typeof backupSchema>;

/** Of each project the last `last` backups stay, and the last one of each of `days` days. */
export const backupsKept = { last: 3, days: 7 };

/** All backups of a project together take at most this share of what the disk has left for them. */
export const mostBackupShare = 0.25;

/** What the rule of keeping looks at; a later backup has a greater number, whatever the clock said. */
export interface KeptBackup {
  number: number;
  createdMs: number;
  reason: BackupReason;
}

const lastOfItsKind: ReadonlySet<BackupReason> = new Set([
  'merge',
  'undo',
  'emptying',
  'restore',
  'migration',
  'damaged',
]);

/**
 * Those that stay: the last few, the last of each day of the last few days that have any, and the
 * last that was made before something large. `dayOf` names the day of a moment.
 */
export function backupsToKeep<Entry extends KeptBackup>(
  entries: readonly Entry[],
  dayOf: (epochMs: number) => string,
): Entry[] {
  const newestFirst = entries.toSorted((a, b) => b.number - a.number);
  const days = new Map<string, Entry>();
  const kinds = new Map<BackupReason, Entry>();
  for (const entry of newestFirst) {
    const day = dayOf(entry.createdMs);
    if (!days.has(day) && days.size < backupsKept.days) days.set(day, entry);
    if (lastOfItsKind.has(entry.reason) && !kinds.has(entry.reason)) kinds.set(entry.reason, entry);
  }
  const kept = new Set([
    ...newestFirst.slice(0, backupsKept.last),
    ...days.values(),
    ...kinds.values(),
  ]);
  return newestFirst.filter((entry) => kept.has(entry));
}
