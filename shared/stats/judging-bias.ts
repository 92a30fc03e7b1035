import type { ShownVerdict, Verdict } from '../domain/evaluation.ts';
import type { LengthBias, PositionBias } from '../domain/evaluation-report.ts';
import { exactSignTest } from './sign-test.ts';
import { wilsonInterval } from './wilson-interval.ts';

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
