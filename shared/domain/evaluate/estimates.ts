import { z } from 'zod';

/** A share from 0 to 1 and its confidence interval. */
export const estimateSchema = z.object({
  value: z.number(),
  lower: z.number(),
  upper: z.number(),
});
export type Estimate = z.infer<typeof estimateSchema>;

/** A mean of the scores 1, ½ and 0; the standard error is unknown for fewer than two scores. */
export const meanScoreSchema = estimateSchema.extend({
  standardError: z.number().nullable(),
  intervalMethod: z.enum(['normal', 'score']),
});
export type MeanScore = z.infer<typeof meanScoreSchema>;

/** Two limits, lower first. */
export const intervalSchema = z.tuple([z.number(), z.number()]);

/** A coefficient of agreement beyond chance, with its bootstrap interval over items. */
export const agreementCoefficientSchema = z.object({
  value: z.number().nullable(),
  interval: intervalSchema.nullable(),
  /** Items that tell something: of Cohen's kappa those that both judged. */
  units: z.number().int(),
});
