import type { ShownVerdict, Verdict } from '../domain/evaluation.ts';
import type { LengthBias, PositionBias, MeanScore } from '../domain/evaluation-report.ts';
import { exactSignTest } from './sign-test.ts';
import { wilsonInterval } from './confidence-interval.ts';
import { meanScore, type OutcomeCounts } from './paired-score.ts';

/**
 * Whether votes lean to one side of the screen. Sides are assigned at random and in balance, so
 * among decided votes left should win half the time, whichever system is better.
 * `null` without a decided vote.
 */
export function positionBias(shown: readonly ShownVerdict[]): PositionBias | null {
  const left = shown.filter((verdict) => verdict === 'left').length;
  const right = shown.filter((verdict) => verdict === 'right').length;
  if (left + right === 0) return null;
  return {
    left,
    right,
    neither: shown.length - left - right,
    leftShare: wilsonInterval(left, left + right),
    signTestP: exactSignTest(left, right),
  };
}

/** A verdict with the lengths of the two answers it compares, in characters. */
export interface LengthJudgement {
  verdict: Verdict;
  charactersA: number;
  charactersB: number;
}

/**
 * How often the longer answer won, among decided items whose answers differ in length. "Always
 * pick the longer" agrees with people about 62 % of the time (AlpacaEval 2), so a high share says
 * that length alone may explain the result. `null` without such an item.
 */
export function lengthBias(judgements: readonly LengthJudgement[]): LengthBias | null {
  const decided = judgements.filter(
    ({ verdict, charactersA, charactersB }) => verdict !== 'tie' && charactersA !== charactersB,
  );
  if (decided.length === 0) return null;
  const longer = decided.filter(
    ({ verdict, charactersA, charactersB }) => (verdict === 'a') === charactersA > charactersB,
  ).length;
  return {
    longer,
    shorter: decided.length - longer,
    longerShare: wilsonInterval(longer, decided.length),
  };
}

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
