import { z } from 'zod';
import { backupSchema, contentCountsSchema } from '../domain/project/backup.ts';
import { damageSchema } from '../domain/project/damage.ts';
import { projectInfo } from './app.ts';
import { judging, reading } from './errors.ts';

const backupList = z.object({
  path: z.string(),
  folder: z.string(),
  /** False while backups lie beside the project. */
  isFolderChosen: z.boolean(),
  /** Newest first. */
  backups: z.array(backupSchema),
  /** What the project holds now; null when it cannot be opened. */
  now: contentCountsSchema.nullable(),
  /** Why the last backup failed; null when it did not. */
  problem: z.string().nullable(),
  kept: z.object({ last: z.number(), days: z.number(), mostShare: z.number() }),
});
export type BackupList = z.infer<typeof backupList>;

const damageReport = z.object({
  damage: z.array(
    damageSchema.extend({
      /** The newest backup in which these rows are what they were. */
      wholeIn: z.object({ name: z.string(), createdMs: z.number().int() }).nullable(),
    }),
  ),
});
export type DamageReport = z.infer<typeof damageReport>;

const restored = z.object({
  project: projectInfo,
  /** The backup that was restored, and where the project is kept as it was. */
  restored: z.string(),
  kept: z.string().nullable(),
});
export type Restored = z.infer<typeof restored>;

/** Backups of a project, also of one that cannot be opened. */
export const backupsContract = {
  /** Of the open project unless a path is given. */
  list: reading.input(z.object({ path: z.string().min(1).optional() })).output(backupList),
  make: judging('samples', 'evaluation').output(backupSchema),
  /** The newest that is whole unless one is named; opens what it restored. */
  restore: reading
    .input(
      z.object({
        path: z.string().min(1),
        name: z.string().min(1).optional(),
        stopJobs: z.boolean().optional(),
      }),
    )
    .output(restored),
  /** Rows that the disk changed, once all were compared with their checksums. */
  damage: reading.output(damageReport),
  /** Takes damaged rows back from the newest backup that has them whole, and nothing else of it. */
  takeBack: judging('samples', 'evaluation').output(
    z.object({ mended: z.number().int(), left: z.number().int() }),
  ),
  /** Where backups of all projects go on this machine; null puts them beside each project. */
  folder: reading.output(z.object({ folder: z.string().nullable() })),
  setFolder: reading
    .input(z.object({ folder: z.string().min(1).nullable() }))
    .output(z.object({ folder: z.string().nullable() })),
};
