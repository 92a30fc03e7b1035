import { z } from 'zod';
import { estimateSchema } from '../evaluate/estimates.ts';
import {
  comparisonStatisticsSchema,
  qualityStatisticsSchema,
} from '../evaluate/verdict-statistics.ts';

const count = z.number().int();

/** What a judge said of one pair of systems, from `a`'s point of view; ties by rule are among its verdicts. */
export const judgedPairSchema = comparisonStatisticsSchema.extend({
  /** Null where all sets are together. */
  promptSet: z.string().nullable(),
  /** Pairs of answers that the judge saw in both orders, and those of which it said two things. */
  asked: count,
  flips: count,
  /** Null while nothing was asked. */
  flipRate: estimateSchema.nullable(),
  /** Mean probability of everything that is no verdict; null while nothing was asked. */
  elsewhere: z.number().nullable(),
});
export type JudgedPair = z.infer<typeof judgedPairSchema>;

/** What a judge said of the answers of one system by themselves, of dialogues turn by turn. */
export const judgedQualitySchema = qualityStatisticsSchema.extend({
  elsewhere: z.number(),
  /** Likert alone: how often each level, from 1, was the likeliest. */
  levels: z.array(count).nullable(),
  /** Likert alone: the mean probability of each level, from 1, of which the mean is the expected one. */
  levelShares: z.array(z.number()).nullable().default(null),
  /** Safety alone. */
  safe: z.object({ count, share: estimateSchema }).nullable().default(null),
  /** Verdicts of an older version, of all turns of a dialogue at once. */
  ofWholeDialogues: z.boolean().default(false),
});
export type JudgedQuality = z.infer<typeof judgedQualitySchema>;

/** What a judge said with a rubric; systems have no names while they are blind. */
export const judgingResultsSchema = z.object({
  judgingId: z.string(),
  judge: z.string(),
  rubric: z.object({ hash: z.string(), name: z.string(), kind: z.string() }),
  isRevealed: z.boolean(),
  /** Of a pairwise rubric: each pair with all sets together, and on each set where there are several. */
  pairs: z.array(judgedPairSchema),
  /** Of the other rubrics. */
  quality: z.array(judgedQualitySchema),
  failed: count,
});
export type JudgingResults = z.infer<typeof judgingResultsSchema>;
