import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { xrayOpenRecipeSchema, xrayRowSchema, xraySampleSchema } from '../domain/xray.ts';
import { procedure } from './base.ts';

/** A dataset as the trainer will see it with one base model and recipe, before any run. */
export const xrayContract = {
  /**
   * Encodes the dataset and streams its samples in order, then stays open: `sample` answers, and
   * the vocabulary stays loaded, until the stream is aborted.
   */
  open: procedure
    .input(z.object({ modelId: z.string(), datasetId: z.string(), recipe: xrayOpenRecipeSchema }))
    .output(
      eventIterator(
        z.discriminatedUnion('type', [
          z.object({ type: z.literal('opened'), xrayId: z.string(), samples: z.number().int() }),
          z.object({ type: z.literal('rows'), rows: z.array(xrayRowSchema) }),
          z.object({
            type: z.literal('counted'),
            templateSha256: z.string(),
            maxTokens: z.number().int(),
            /** Samples that would be held out for the dev loss. */
            heldOutIds: z.array(z.string()),
          }),
        ]),
      ),
    ),
  /** Every token of one sample of an open X-ray. */
  sample: procedure
    .input(z.object({ xrayId: z.string(), sampleId: z.string() }))
    .output(xraySampleSchema),
};
