import { z } from 'zod';
import { choiceSchema, mostChosenEpochs } from '../domain/runs/choice.ts';
import { epochSchema } from '../domain/stored-value.ts';
import { procedure, reading } from './errors.ts';

const ofRun = z.object({ runId: z.string() });

/** Choosing a checkpoint of a run by blind votes, as LIMA did. */
export const choicesContract = {
  /** What votes say of the epochs of a run, and which checkpoint is picked; nothing of what is blind. */
  get: reading.input(ofRun).output(choiceSchema),
  /**
   * Stores a study of epochs whose queue asks about the leaders first. Answers to probe prompts are
   * taken over as they are; the job makes those that lack.
   */
  create: procedure
    .input(
      ofRun.extend({
        /** Absent: epochs 5 to 10 where the run has all of them, else its last ones. */
        epochs: z.array(epochSchema).min(1).max(mostChosenEpochs).optional(),
        /** Each epoch with the base, instead of the epochs with each other. */
        againstBase: z.boolean().default(false),
        /** Instead of the probe prompts; all are answered anew where they are no others. */
        promptSetId: z.string().optional(),
        /** The share of pairs that everybody votes on. */
        overlapPercent: z.number().int().min(0).max(100).default(0),
        seed: z.number().int().min(0).max(4_294_967_295).default(42),
      }),
    )
    .output(
      z.object({
        studyId: z.string(),
        jobId: z.string(),
        name: z.string(),
        epochs: z.array(epochSchema),
        /** Answers that are there already, of how many. */
        reused: z.number().int(),
        answers: z.number().int(),
      }),
    ),
  /** Marks a checkpoint, or none: from now on it is used where nobody names one of its run. */
  pick: procedure.input(ofRun.extend({ checkpointId: z.string().nullable() })).output(choiceSchema),
  /** Goes back to what was picked before the last pick. */
  undoPick: procedure.input(ofRun).output(choiceSchema),
};
