import { describe, expect, it } from 'vitest';
import {
  evaluationReportSchema,
  type PreferenceSummary,
} from '../domain/report/evaluation-report.ts';
import type { Verdict } from '../domain/evaluate/evaluation.ts';
import { moreVotesToSeparate, preferenceSummary, summaryOfCounts } from './preference-summary.ts';
import { exactSignTest } from './sign-test.ts';
import { wilsonInterval } from './confidence-interval.ts';

function percent(share: number): number {
  return Number((share * 100).toFixed(1));
}

function summary(wins: number, ties: number, losses: number): PreferenceSummary {
  const result = summaryOfCounts({ wins, ties, losses });
  if (result === null) throw new Error('no votes in this fixture');
  return result;
}

describe('preferenceSummary', () => {
  it.each([
    ['Alpaca 65B', [159, 63, 78], [74, 68.8, 78.6], [63.5, 4.8]],
    ['DaVinci003', [132, 63, 105], [65, 59.4, 70.2], [54.5, 5.0]],
    ['Bard', [99, 75, 126], [58, 52.3, 63.4], [45.5, 4.9]],
    ['Claude', [72, 66, 162], [46, 40.4, 51.7], [35, 4.7]],
    ['GPT-4', [54, 75, 171], [43, 37.5, 48.7], [30.5, 4.4]],
  ] as const)('reproduces the LIMA comparison with %s', (_name, counts, winTie, halfTie) => {
    const [wins, ties, losses] = counts;
    const result = summary(wins, ties, losses);
    expect(result.n).toBe(300);
    expect(percent(result.winPlusTie.value)).toBe(winTie[0]);
    expect(Math.abs(result.winPlusTie.lower * 100 - winTie[1])).toBeLessThan(0.06);
    expect(Math.abs(result.winPlusTie.upper * 100 - winTie[2])).toBeLessThan(0.06);
    expect(percent(result.winPlusHalfTie.value)).toBe(halfTie[0]);
    expect(result.winPlusHalfTie.intervalMethod).toBe('normal');
    const half = result.winPlusHalfTie.upper - result.winPlusHalfTie.value;
    expect(percent(half)).toBe(halfTie[1]);
    expect(result.signTestP).toBe(exactSignTest(counts[0], counts[2]));
  });

  it('takes system A as the winner of an "a" verdict', () => {
    const verdicts: Verdict[] = ['a', 'a', 'tie', 'b', 'a'];
    expect(preferenceSummary(verdicts)).toMatchObject({ wins: 3, ties: 1, losses: 1, n: 5 });
  });

  it('gives the AlpaGasus winning score, 1 at parity', () => {
    expect(summary(120, 60, 120).winningScore).toBe(1);
    expect(summary(54, 75, 171).winningScore).toBeCloseTo(0.61, 12);
  });

  it('answers null without votes', () => {
    expect(preferenceSummary([])).toBeNull();
  });

  it('fits the schema of the report', () => {
    const schema = evaluationReportSchema.shape.statistics;
    expect(schema.parse(summary(3, 1, 0))).toEqual(summary(3, 1, 0));
  });
});

describe('wilsonInterval', () => {
  it('equals published values (Newcombe 1998, table I)', () => {
    const large = wilsonInterval(81, 263);
    expect([large.lower, large.upper].map((x) => x.toFixed(4))).toEqual(['0.2553', '0.3662']);
    const small = wilsonInterval(15, 148);
    expect([small.lower, small.upper].map((x) => x.toFixed(4))).toEqual(['0.0624', '0.1605']);
    const none = wilsonInterval(0, 20);
    expect([none.lower, none.upper.toFixed(4)]).toEqual([0, '0.1611']);
    const one = wilsonInterval(1, 29);
    expect([one.lower, one.upper].map((x) => x.toFixed(4))).toEqual(['0.0061', '0.1718']);
  });

  it('spans everything without observations and refuses a share above one', () => {
    expect(wilsonInterval(0, 0)).toEqual({ value: 0.5, lower: 0, upper: 1 });
    expect(() => wilsonInterval(3, 2)).toThrow(RangeError);
  });

  it('is wider for more confidence', () => {
    expect(wilsonInterval(30, 60, 0.99).upper).toBeGreaterThan(wilsonInterval(30, 60, 0.9).upper);
  });
});

describe('moreVotesToSeparate', () => {
  it('is 0 when the sign test separates already and null when nobody leads', () => {
    expect(moreVotesToSeparate({ wins: 159, ties: 63, losses: 78 })).toBe(0);
    expect(moreVotesToSeparate({ wins: 20, ties: 5, losses: 20 })).toBeNull();
  });

  it('equals the McNemar sample size by hand for DaVinci003', () => {
    // d = 0.79, δ = 0.09: ((1.96·0.8888 + 0.8416·0.8842) / 0.09)² = 763.4
    expect(moreVotesToSeparate({ wins: 132, ties: 63, losses: 105 })).toBe(764 - 300);
  });

  it('names a number of votes that the exact test accepts', () => {
    for (const [wins, losses] of [
      [1, 0],
      [3, 0],
      [5, 0],
      [4, 1],
      [7, 2],
    ] as const) {
      const more = moreVotesToSeparate({ wins, ties: 0, losses }) ?? 0;
      const scale = (wins + losses + more) / (wins + losses);
      expect(exactSignTest(Math.round(wins * scale), Math.round(losses * scale))).toBeLessThan(
        0.05,
      );
    }
  });

  it('answers at once for a lead of one vote in a hundred thousand', () => {
    const more = moreVotesToSeparate({ wins: 50_001, ties: 0, losses: 50_000 });
    expect(more).toBeGreaterThan(1e10);
  });
});
