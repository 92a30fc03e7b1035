import { z } from 'zod';
import { scannedDumpSchema } from '../domain/selection/candidate.ts';
import { dropReasonSchema, selectionRecipeSchema } from '../domain/selection/selection-recipe.ts';
import { siteGroupSchema } from '../domain/selection/site-groups.ts';
import { countSchema } from '../domain/stored-value.ts';
import { procedure, reading } from './errors.ts';

/** What a job that scanned dumps leaves. */
export const scanReportSchema = z.object({
  scanned: z.array(scannedDumpSchema),
  /** Files that were scanned before and have not changed since. */
  unchanged: z.array(z.string()),
  /** Files that are no dumps, or cannot be read. */
  refused: z.array(z.object({ path: z.string(), message: z.string() })),
});
export type ScanReport = z.infer<typeof scanReportSchema>;

const droppedSchema = z.partialRecord(dropReasonSchema, countSchema);

/** What a recipe picks: candidates = picked + the sum of dropped, of each site and of all. */
export const selectionReportSchema = z.object({
  candidates: countSchema,
  picked: countSchema,
  dropped: droppedSchema,
  sites: z.array(
    z.object({
      site: z.string(),
      group: siteGroupSchema,
      candidates: countSchema,
      picked: countSchema,
      dropped: droppedSchema,
    }),
  ),
  picks: z.array(
    z.object({
      site: z.string(),
      group: siteGroupSchema,
      /** The question, which names the candidate. */
      id: countSchema,
      answerId: countSchema,
      questionScore: z.number().int(),
      answerScore: z.number().int(),
    }),
  ),
});
export type SelectionReport = z.infer<typeof selectionReportSchema>;

/** What is to be picked. */
export const selectionRequestSchema = z.object({
  recipe: selectionRecipeSchema,
  count: z.number().int().min(1).max(100_000),
});
export type SelectionRequest = z.infer<typeof selectionRequestSchema>;

/** A candidate in words, as an example of what a rule drops or all of them keep. */
export const candidateTextSchema = z.object({
  site: z.string(),
  id: countSchema,
  answerScore: z.number().int(),
  htmlCharacters: countSchema,
  /** `null` for a packed dump, which would be read through for it. */
  text: z.object({ prompt: z.string(), answer: z.string() }).nullable(),
});
export type CandidateText = z.infer<typeof candidateTextSchema>;

/** What a job that picked samples leaves. */
export const selectionResultSchema = z.object({
  report: selectionReportSchema,
  added: countSchema,
  /** Picks that are samples of the project already, wherever they are. */
  known: countSchema,
  /** Picks whose text cannot be used, with the reason. */
  unusable: z.array(z.object({ site: z.string(), id: countSchema, message: z.string() })),
});
export type SelectionResult = z.infer<typeof selectionResultSchema>;

/** Dumps of Stack Exchange as a universe to choose from: scanned on this machine, then picked of. */
export const scansContract = {
  /** Scans files, and the dumps in folders, as a job; what has not changed is not read again. */
  start: procedure
    .input(
      z.object({
        dumps: z
          .array(z.object({ path: z.string().min(1) }))
          .min(1)
          .max(10_000),
        isFresh: z.boolean().default(false),
      }),
    )
    .output(z.object({ jobId: z.string() })),
  /** What was scanned for this project on this machine, by site. */
  list: reading.output(z.array(scannedDumpSchema.extend({ group: siteGroupSchema }))),
  /** Forgets the scan of a site; the dump and what was picked of it stay. */
  forget: procedure.input(z.object({ site: z.string() })),
  /** What a recipe would pick; nothing is changed. */
  plan: reading.input(selectionRequestSchema).output(selectionReportSchema),
  /** Some candidates that a rule drops, or, for `not-drawn`, that all keep, each cut to a few lines. */
  examples: reading
    .input(z.object({ recipe: selectionRecipeSchema, reason: dropReasonSchema }))
    .output(z.array(candidateTextSchema)),
  /** Picks by a recipe, reads the picks from their dumps and adds them as pending samples, as a job. */
  select: procedure.input(selectionRequestSchema).output(z.object({ jobId: z.string() })),
};
