import { z } from 'zod';
import { countSchema, hashSchema } from '../stored-value.ts';
import { xrayPieceSchema } from '../xray.ts';

/** What a system thinks of a token that was written: from 0 to 1, and its place among all, from 1. */
const tokenLikelihoodSchema = z.object({ probability: z.number(), rank: countSchema });
export type TokenLikelihood = z.infer<typeof tokenLikelihoodSchema>;

/**
 * One token of an answer: what the system that gave it thinks of it, and its base behind the very
 * same tokens. `base` is null where the system is its base itself.
 */
const shiftedTokenSchema = tokenLikelihoodSchema.extend({
  piece: xrayPieceSchema,
  base: tokenLikelihoodSchema.nullable(),
});
export type ShiftedToken = z.infer<typeof shiftedTokenSchema>;

/** How far tuning moved a token, by its rank in the base (URIAL, arXiv 2312.01552): 1; 2 or 3; above. */
export const shiftClasses = ['unshifted', 'marginal', 'shifted'] as const;
export type ShiftClass = (typeof shiftClasses)[number];

const shiftTotalsSchema = z.object({
  tokens: countSchema,
  unshifted: countSchema,
  marginal: countSchema,
  shifted: countSchema,
});
export type ShiftTotals = z.infer<typeof shiftTotalsSchema>;

/** An answer token by token; `totals` is null where there is no base to compare with. */
export const tokenShiftSchema = z.object({
  tokens: z.array(shiftedTokenSchema),
  totals: shiftTotalsSchema.nullable(),
});
export type TokenShift = z.infer<typeof tokenShiftSchema>;

/** How an answer was asked, as its identity tells it; absent examples: it was asked without any. */
export const askedHashesSchema = z.object({
  templateSha256: hashSchema,
  fewShotSha256: hashSchema.optional(),
});
export type AskedHashes = z.infer<typeof askedHashesSchema>;

/** The class of a token with this rank in the base. */
export function shiftClass(baseRank: number): ShiftClass {
  if (baseRank === 1) return 'unshifted';
  return baseRank <= 3 ? 'marginal' : 'shifted';
}

/** Counts the classes of an answer; null where it was not compared with a base. */
export function shiftTotals(tokens: readonly ShiftedToken[]): ShiftTotals | null {
  const totals = { tokens: tokens.length, unshifted: 0, marginal: 0, shifted: 0 };
  for (const { base } of tokens) {
    if (base === null) return null;
    totals[shiftClass(base.rank)] += 1;
  }
  return totals;
}
