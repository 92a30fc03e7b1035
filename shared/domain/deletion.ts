import { z } from 'zod';
import { labelledThingSchema } from './label.ts';
import { countSchema, nameSchema } from './stored-value.ts';

/** What of one kind refers to a thing: how many, and the first of them by name. */
export const dependentsSchema = z.object({
  what: z.enum(['run', 'checkpoint', 'dataset', 'evaluation', 'vote', 'grade', 'chat-answer']),
  total: countSchema,
  names: z.array(nameSchema),
});
export type Dependents = z.infer<typeof dependentsSchema>;

/** What deleting a thing would do, before anybody says yes. */
export const deletionPlanSchema = z.object({
  thing: labelledThingSchema,
  id: z.string(),
  name: nameSchema,
  dependents: z.array(dependentsSchema),
  /** What the disk gets back at once: files that go. */
  freesBytes: countSchema,
  /** A job that works with it, and has to end first; null when nothing is in the way. */
  usedByJob: nameSchema.nullable(),
});
export type DeletionPlan = z.infer<typeof deletionPlanSchema>;

/** A part of the disk that a project takes. */
export const diskPartSchema = z.enum([
  'project',
  'adapters',
  'resume',
  'backups',
  'leftovers',
  'log',
]);
export type DiskPart = z.infer<typeof diskPartSchema>;

/** What a project takes on the disk, by what it is and by run; largest runs first. */
export const diskUsageSchema = z.object({
  parts: z.array(
    z.object({ part: diskPartSchema, path: z.string(), files: countSchema, bytes: countSchema }),
  ),
  runs: z.array(
    z.object({
      runId: z.string(),
      name: nameSchema,
      adapterBytes: countSchema,
      /** What it needs to go on, and nothing else. */
      resumeBytes: countSchema,
      canResume: z.boolean(),
    }),
  ),
  /** Files of nothing that the project knows any more: removing them takes nothing away. */
  leftovers: z.array(z.object({ path: z.string(), bytes: countSchema, why: z.string() })),
  totalBytes: countSchema,
  freeableBytes: countSchema,
});
export type DiskUsage = z.infer<typeof diskUsageSchema>;
