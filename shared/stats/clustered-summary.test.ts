import { describe, expect, it } from 'vitest';
import type { Verdict } from '../domain/evaluate/evaluation.ts';
import { clusteredSummary, effectiveSize } from './clustered-summary.ts';
import { preferenceSummary } from './preference-summary.ts';

const distinct = (verdicts: readonly Verdict[]) =>
  verdicts.map((verdict, at) => ({ verdict, prompt: `prompt ${at}` }));
const times = (count: number, verdicts: readonly Verdict[]) =>
  Array.from({ length: count }, () => distinct(verdicts)).flat();
const some: Verdict[] = ['a', 'a', 'tie', 'b', 'a', 'a', 'b', 'a', 'tie', 'a'];

describe('a summary by prompt', () => {
  it('is the plain one where every prompt is asked once', () => {
    expect(clusteredSummary(distinct(some))).toEqual(preferenceSummary(some));
    expect(clusteredSummary([])).toBeNull();
  });

  it('has the intervals and p of each prompt once when all are asked three times with one verdict', () => {
    const once = preferenceSummary(some);
    const thrice = clusteredSummary(times(3, some));
    expect(thrice).toMatchObject({ wins: 18, n: 30, signTestP: once?.signTestP });
    expect(thrice?.byPrompt).toEqual({ prompts: 10, wins: 6, ties: 2, losses: 2 });
    for (const key of ['winRate', 'tieRate', 'loseRate', 'winPlusTie', 'winPlusHalfTie'] as const) {
      expect(thrice?.[key].lower).toBeCloseTo(once?.[key].lower ?? NaN, 9);
      expect(thrice?.[key].upper).toBeCloseTo(once?.[key].upper ?? NaN, 9);
    }
    // Taken for independent they would be significant.
    expect(preferenceSummary(times(3, some).map(({ verdict }) => verdict))?.signTestP).toBeLessThan(
      0.05,
    );
    expect(thrice?.signTestP).toBeGreaterThan(0.05);
  });

  it('says that all wins of one prompt are worth one win', () => {
    const judged = Array.from({ length: 20 }, () => ({ verdict: 'a' as const, prompt: 'one' }));
    const summary = clusteredSummary(judged);
    expect(summary).toMatchObject({ wins: 20, signTestP: 1 });
    expect(summary?.winRate.value).toBe(1);
    expect(summary?.winRate.lower).toBeCloseTo(preferenceSummary(['a'])?.winRate.lower ?? NaN, 9);
  });

  it('counts a prompt on which verdicts disagree equally as a tie of the sign test', () => {
    const verdicts: Verdict[] = ['a', 'b', 'a', 'a', 'tie'];
    const prompts = ['x', 'x', 'y', 'y', 'y'];
    const judged = verdicts.map((verdict, at) => ({ verdict, prompt: prompts[at] ?? '' }));
    expect(clusteredSummary(judged)?.byPrompt).toEqual({ prompts: 2, wins: 1, ties: 1, losses: 0 });
  });
});

describe('the effective size', () => {
  // Worked by hand: mean 1/2; residuals 1, -1, 0, 0, ½, -½, squared and summed 2.5; 6/5 · 2.5 / 100
  // = 0.03 against 10/4 / 100 = 0.025 of independent ones: a design effect of 1.2.
  it('is n over the design effect of the cluster-robust variance', () => {
    expect(effectiveSize([[1, 1], [0, 0], [1, 0], [0, 1], [1], [0]])).toBeCloseTo(10 / 1.2, 12);
    expect(
      effectiveSize([
        [1, 0],
        [0, 1],
        [0, 1],
      ]),
    ).toBe(6);
  });

  it('is at least what clusters of equal values are worth, and all of them without repeats', () => {
    expect(effectiveSize([[1], [0], [1, 1, 1]])).toBeGreaterThanOrEqual(25 / 11);
    expect(effectiveSize([[1], [0], [1]])).toBe(3);
    expect(effectiveSize([[1, 1, 1, 1]])).toBe(1);
    expect(effectiveSize([])).toBe(0);
  });
});
