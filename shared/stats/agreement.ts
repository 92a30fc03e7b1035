import type { Verdict } from '../domain/evaluation.ts';
import type { MeanScore } from '../domain/evaluation-report.ts';
import { meanScore, type OutcomeCounts } from './paired-score.ts';

/** Agreement of two authors on one item: 1 the same, ½ when exactly one chose the tie, else 0. */
export function tieDiscountedScore(first: Verdict, second: Verdict): 0 | 0.5 | 1 {
  if (first === second) return 1;
  return first === 'tie' || second === 'tie' ? 0.5 : 0;
}

/**
 * LIMA's tie-discounted accuracy (section 4.4): the mean agreement of two authors over the items
 * both judged, in the same order, with its interval. Throws when the lists differ in length.
 */
export function tieDiscountedAgreement(
  first: readonly Verdict[],
  second: readonly Verdict[],
): MeanScore {
  if (first.length !== second.length)
    throw new RangeError(
      `tie-discounted accuracy needs the same items from both authors, got ${first.length} and ${second.length}`,
    );
  const counts: OutcomeCounts = { wins: 0, ties: 0, losses: 0 };
  for (const [index, verdict] of first.entries()) {
    const score = tieDiscountedScore(verdict, second[index] ?? 'tie');
    if (score === 1) counts.wins += 1;
    else if (score === 0) counts.losses += 1;
    else counts.ties += 1;
  }
  return meanScore(counts);
}

/** The plain figure of `tieDiscountedAgreement`; throws when there is no shared item. */
export function tieDiscountedAccuracy(
  first: readonly Verdict[],
  second: readonly Verdict[],
): number {
  if (first.length === 0 && second.length === 0)
    throw new RangeError('tie-discounted accuracy needs at least one item both authors judged');
  return tieDiscountedAgreement(first, second).value;
}
