import type { AuditMeasure, AuditOnVotes } from '../../domain/judge/audit/audit-findings.ts';
import type { Verdict } from '../../domain/evaluate/evaluation.ts';
import type { PairOutcome } from '../../domain/judge/audit/pair-outcome.ts';
import { clusteredMean } from '../clustered-summary.ts';
import { tieDiscountedAgreement } from '../judging-checks.ts';
import { cohenKappa } from '../kappa.ts';
import { scoreFor, shareOf } from './audit-measures.ts';

/** A pair of a study that the judge has judged, and what people say of it. */
export interface VotedPair {
  prompt: string;
  outcome: PairOutcome;
  /** Null where nobody has voted. */
  people: Verdict | null;
  /** Which of the two systems stands on the judge's base model; null for neither, and for both. */
  own: 'a' | 'b' | null;
}

/** What the pairs of a study say of a judge, beside what people say of them. */
export function auditOnVotes(
  pairs: readonly VotedPair[],
): Pick<AuditOnVotes, 'flipRate' | 'agreement' | 'selfPreference'> {
  const ordered = pairs.filter(({ outcome }) => outcome.isOrdered);
  return {
    flipRate: shareOf(ordered, ({ outcome }) => outcome.isFlip),
    agreement: agreementOf(pairs),
    selfPreference: selfPreference(pairs),
  };
}

const categories = { a: 0, tie: 1, b: 2 } as const;

function agreementOf(pairs: readonly VotedPair[]): AuditOnVotes['agreement'] {
  const both = pairs.flatMap(({ prompt, outcome, people }) =>
    people === null ? [] : [{ prompt, first: people, second: outcome.verdict }],
  );
  if (both.length === 0) return null;
  const { prompts: _, ...tieDiscounted } = tieDiscountedAgreement(both);
  const kappa = cohenKappa(
    both.map(({ first }) => categories[first]),
    both.map(({ second }) => categories[second]),
  );
  return { tieDiscounted, kappa, n: both.length };
}

interface OwnScore {
  prompt: string;
  kind: 'own' | 'other' | 'tie';
  score: number;
}

/**
 * By how much more than people a judge prefers the answers of its own base model, from −1 to 1.
 *
 * A judge that merely errs drifts from what people say towards the middle, and so towards the system
 * that loses, which may be its own. So errors for it are held against errors against it: with p the
 * mean score of its own answers where people prefer them, and q that where they prefer the others,
 * the effect is p + q − 1, which is 0 for whoever errs alike on both sides; where people see a tie
 * it is 2t − 1. Both are weighted by their pairs. The interval is recovered from those of p, q and t
 * (MOVER: Zou and Donner, Statistics in Medicine 27, 2008).
 */
function selfPreference(pairs: readonly VotedPair[]): AuditMeasure | null {
  const strata = Map.groupBy(pairs.flatMap(ownScore), ({ kind }) => kind);
  const of = (kind: OwnScore['kind']) => strata.get(kind) ?? [];
  const [preferred, rejected, tied] = [of('own'), of('other'), of('tie')];
  // Errors on one side alone tell nothing of a leaning.
  const isTwoSided = preferred.length > 0 && rejected.length > 0;
  const decided = isTwoSided ? preferred.length + rejected.length : 0;
  const n = decided + tied.length;
  if (n === 0) return null;
  const parts = [
    ...(isTwoSided ? [preferred, rejected].map((own) => ({ own, weight: decided / n })) : []),
    ...(tied.length > 0 ? [{ own: tied, weight: (2 * tied.length) / n }] : []),
  ];
  let [value, below, above] = [0, 0, 0];
  for (const { own, weight } of parts) {
    const clusters = [...Map.groupBy(own, ({ prompt }) => prompt).values()];
    const mean = clusteredMean(clusters.map((one) => one.map(({ score }) => score)));
    value += weight * (mean.value - 0.5);
    below += (weight * (mean.value - mean.lower)) ** 2;
    above += (weight * (mean.upper - mean.value)) ** 2;
  }
  return { value, interval: [value - Math.sqrt(below), value + Math.sqrt(above)], n };
}

function ownScore({ prompt, outcome, people, own }: VotedPair): OwnScore[] {
  if (own === null || people === null) return [];
  const preferred = people === own ? 'own' : 'other';
  const kind = people === 'tie' ? 'tie' : preferred;
  return [{ prompt, kind, score: scoreFor(own, outcome.verdict) }];
}
