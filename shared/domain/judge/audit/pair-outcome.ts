import type { Verdict } from '../../evaluate/evaluation.ts';
import {
  expectedLevel,
  orderJudgement,
  type OrderedVerdict,
  pairJudgement,
} from '../judge-verdict.ts';
import type { RubricKind } from '../rubric.ts';

/** What a judge made of two answers, as far as an audit looks at it. */
export interface PairOutcome {
  /** As it counts in reports: a tie where the orders do not agree. */
  verdict: Verdict;
  /** False of grades of single answers, to which order means nothing. */
  isOrdered: boolean;
  /** The two orders have different verdicts. */
  isFlip: boolean;
  /** The answer in this place won in both orders; null where place did not decide. */
  byPlace: 'first' | 'second' | null;
}

/** Of a pair that a judge compared; undefined while an order lacks. */
export function comparedOutcome(verdicts: readonly OrderedVerdict[]): PairOutcome | undefined {
  const judged = pairJudgement(verdicts);
  if (!judged) return undefined;
  const { verdict, isFlip } = judged;
  return { verdict, isFlip, isOrdered: true, byPlace: winningPlace(verdicts) };
}

function winningPlace(verdicts: readonly OrderedVerdict[]): PairOutcome['byPlace'] {
  const places = verdicts.map((one) => {
    const { verdict } = orderJudgement(one);
    if (verdict === 'tie') return null;
    return (verdict === 'a') === (one.order === 'given') ? 'first' : 'second';
  });
  const [place = null] = places;
  return places.every((one) => one === place) ? place : null;
}

/**
 * Of two answers that a judge graded by themselves, turn by turn in dialogues: the higher expected
 * level wins, of turns their mean. Undefined while an answer has no grade.
 */
export function gradedOutcome(
  kind: Exclude<RubricKind, 'pairwise'>,
  a: readonly OrderedVerdict[],
  b: readonly OrderedVerdict[],
): PairOutcome | undefined {
  if (a.length === 0 || b.length === 0) return undefined;
  // Levels of a Likert scale go up, grades from Excellent to Fail go down.
  const sign = kind === 'likert' ? 1 : -1;
  const difference = sign * (meanLevel(a) - meanLevel(b));
  const verdict = Math.abs(difference) < leastDifference ? 'tie' : difference > 0 ? 'a' : 'b';
  return { verdict, isOrdered: false, isFlip: false, byPlace: null };
}

const meanLevel = (verdicts: readonly OrderedVerdict[]): number =>
  verdicts.reduce((sum, { probabilities }) => sum + expectedLevel(probabilities), 0) /
  verdicts.length;

/** Of a level: less is told by chance, as different ways to batch round differently. */
const leastDifference = 0.01;
