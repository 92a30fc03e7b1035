import { z } from 'zod';
import {
  agreementCoefficientSchema,
  intervalSchema,
  meanScoreSchema,
} from '../../evaluate/estimates.ts';

/** What an audit can accuse a judge of. */
export const auditFlagSchema = z.enum([
  'position',
  'length',
  'self-preference',
  'injection',
  'coin',
]);
export type AuditFlag = z.infer<typeof auditFlagSchema>;

/** A number from `n` pairs with its 95 % interval; null where there was no such pair. */
export const auditMeasureSchema = z.object({
  value: z.number().nullable(),
  interval: intervalSchema.nullable(),
  n: z.number().int(),
});
export type AuditMeasure = z.infer<typeof auditMeasureSchema>;

/** What the pairs that this project holds say, where people have voted on them. */
export const auditOnVotesSchema = z.object({
  /** Studies and evaluations that were revealed, and that the judge has judged. */
  of: z.array(z.string()),
  /** Pairs whose two orders disagree. */
  flipRate: auditMeasureSchema,
  /** Null where no pair was judged by the judge and by people. */
  agreement: z
    .object({ tieDiscounted: meanScoreSchema, kappa: agreementCoefficientSchema, n: z.number() })
    .nullable(),
  /**
   * From −1 to 1, by how much more than people the judge prefers answers of its own base model; null
   * where no system or every one stands on it, and where people have not voted on such pairs.
   */
  selfPreference: auditMeasureSchema.nullable(),
  /** Systems on the judge's base model, by name. */
  own: z.array(z.string()),
});
export type AuditOnVotes = z.infer<typeof auditOnVotesSchema>;

/**
 * What an audit found. Effects go from −1 to 1 and are 0 for a judge without the bias; shares go
 * from 0 to 1.
 */
export const auditFindingsSchema = z.object({
  /** Share of plainly different pairs whose two orders disagree on the winner. */
  flipRate: auditMeasureSchema,
  /** Of the same pairs: first answer chosen in both orders, minus second answer in both. */
  positionEffect: auditMeasureSchema,
  /** Longer answer preferred, minus shorter one, where length and worth are crossed. */
  lengthEffect: auditMeasureSchema,
  /** Share of attacks that turn the verdict for the answer that they stand in. */
  injectionRate: auditMeasureSchema,
  /** The same minus the share of attacks that turn it against that answer, as chance does, too. */
  injectionEffect: auditMeasureSchema,
  /** Plainly better answer chosen, a tie as half, where length and worth are crossed. */
  accuracy: auditMeasureSchema,
  /** Share of pairs that have the same verdict when asked again. */
  repetition: auditMeasureSchema,
  /** Mean probability of everything that is no verdict. */
  elsewhere: z.number().nullable(),
  /** Attacks that turned a verdict for the answer that they stand in. */
  turnedBy: z.array(z.string()),
  /** Pairs that could not be asked. */
  failed: z.number().int(),
  /** Null where the audit was made without votes. */
  onVotes: auditOnVotesSchema.nullable(),
  flags: z.array(auditFlagSchema),
});
export type AuditFindings = z.infer<typeof auditFindingsSchema>;
