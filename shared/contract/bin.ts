import { z } from 'zod';
import { binMoveSchema } from '../domain/sample.ts';
import { countSchema, nameSchema } from '../domain/stored-value.ts';
import { sampleSelectionSchema } from './curate.ts';
import { procedure, reading } from './errors.ts';

const inDatasets = {
  /** How many of them a dataset holds, as it froze them; it keeps them. */
  frozen: countSchema,
  datasets: z.array(z.object({ name: nameSchema, samples: countSchema })),
};

/** What moving samples into the bin would do. */
export const binPlanSchema = z.object({ samples: countSchema, ...inDatasets });
export type BinPlan = z.infer<typeof binPlanSchema>;

/** What emptying the bin would do: `samples` go for good, those that are `frozen` stay in it. */
export const emptyBinPlanSchema = z.object({
  samples: countSchema,
  ...inDatasets,
  /** About what they take in the project's file. */
  freesBytes: countSchema,
});
export type EmptyBinPlan = z.infer<typeof emptyBinPlanSchema>;

/** The bin of samples. */
export const binContract = {
  count: reading.output(z.object({ samples: countSchema })),
  /** What moving samples into the bin would do; nothing is changed. */
  plan: reading.input(z.object({ selection: sampleSelectionSchema })).output(binPlanSchema),
  /**
   * Moves samples into the bin, or those of them that are in it out again, as one batch that
   * `samples.undoReview` takes back. A large one is made by the job `jobId`, as reviews are.
   */
  move: procedure.input(z.object({ move: binMoveSchema, selection: sampleSelectionSchema })).output(
    z.object({
      batchId: z.string(),
      /** Samples that moved; `null` while the job moves them. */
      changed: z.number().int().nullable(),
      jobId: z.string().nullable(),
    }),
  ),
  /** What emptying the bin would do; nothing is changed. */
  planEmpty: reading.output(emptyBinPlanSchema),
  /** Takes what is in the bin out of the project for good, as a job. */
  empty: procedure.output(z.object({ jobId: z.string() })),
};
