import { z } from 'zod';
import {
  agreementCoefficientSchema,
  estimateSchema,
  intervalSchema,
  meanScoreSchema,
} from './estimates.ts';

/** What the verdicts on one pair of systems say, from `a`'s point of view; shares from 0 to 1. */
export const comparisonStatisticsSchema = z.object({
  a: z.string(),
  b: z.string(),
  /** Verdicts, and prompts that they are about: verdicts on one prompt count as a cluster. */
  n: z.number().int(),
  prompts: z.number().int(),
  wins: z.number().int(),
  ties: z.number().int(),
  losses: z.number().int(),
  /** Mean preference: win + ½ tie where every verdict is one of the three. */
  winRate: z.number(),
  /** Null for a single prompt. */
  standardError: z.number().nullable(),
  interval: intervalSchema,
  /** `bootstrap` over prompts; `score` (Tango) where they are too few or too much of one mind. */
  intervalMethod: z.enum(['bootstrap', 'score']),
  /** Every preference rounded to a win, a tie or a loss first. */
  discreteWinRate: z.number(),
  win: estimateSchema,
  tie: estimateSchema,
  lose: estimateSchema,
  /** Two-sided exact, each prompt once; and adjusted for all pairs of the table by Holm. */
  signTestP: z.number(),
  holmP: z.number(),
  /** AlpacaEval's `length_controlled_minimal`; null without texts, or where lengths decide all. */
  lengthControlledWinRate: z.number().nullable(),
  lengthControlledInterval: intervalSchema.nullable(),
});
export type ComparisonStatistics = z.infer<typeof comparisonStatisticsSchema>;

/** One system's Bradley–Terry rating on Elo's scale; the first system of the table has 1000. */
export const systemRatingSchema = z.object({
  system: z.string(),
  rating: z.number(),
  interval: intervalSchema,
  rank: z.number().int(),
  rankInterval: intervalSchema,
});
export type SystemRating = z.infer<typeof systemRatingSchema>;

/** How far two annotators agree over the items that both judged. */
export const annotatorPairSchema = z.object({
  first: z.string(),
  second: z.string(),
  items: z.number().int(),
  tieDiscounted: meanScoreSchema,
  /** How many prompts the items are about: where one is asked twice. */
  prompts: z.number().int().optional(),
  kappa: agreementCoefficientSchema.nullable(),
});
export type AnnotatorPair = z.infer<typeof annotatorPairSchema>;

/** Everything that a table of verdicts says; coefficients are null where nobody shares an item. */
export const tableStatisticsSchema = z.object({
  comparisons: z.array(comparisonStatisticsSchema),
  /** Of three systems or more, from the best. */
  ratings: z.array(systemRatingSchema),
  /** Groups of systems that were never compared with each other: ratings between them mean nothing. */
  unconnected: z.array(z.array(z.string())),
  annotators: z.array(annotatorPairSchema),
  fleiss: agreementCoefficientSchema.nullable(),
  /** Of the preferences as numbers (interval scale). */
  krippendorff: agreementCoefficientSchema.nullable(),
});
export type TableStatistics = z.infer<typeof tableStatisticsSchema>;

const gradeShareSchema = z.object({ count: z.number().int(), share: estimateSchema });

/** What grades of single answers say of a system: Excellent, Pass and Fail, or numbers from 1 to 6. */
export const qualityStatisticsSchema = z.object({
  system: z.string(),
  n: z.number().int(),
  /** Prompts or conversations, by which the intervals are clustered. */
  items: z.number().int(),
  /** Null where no grade is one of the three words. */
  grades: z
    .object({ excellent: gradeShareSchema, pass: gradeShareSchema, fail: gradeShareSchema })
    .nullable(),
  /** Null where no grade is a number. */
  mean: z
    .object({
      value: z.number(),
      standardError: z.number().nullable(),
      interval: intervalSchema.nullable(),
    })
    .nullable(),
});
export type QualityStatistics = z.infer<typeof qualityStatisticsSchema>;

/** What a file of votes says: `read` rows, of which the first thousand `unusable` ones are listed. */
export const voteFileSchema = tableStatisticsSchema.extend({
  /** Of rows that grade single answers. */
  quality: z.array(qualityStatisticsSchema),
  read: z.number().int(),
  unusable: z.number().int(),
  errors: z.array(z.object({ line: z.number().int(), message: z.string() })),
});
export type VoteFile = z.infer<typeof voteFileSchema>;
