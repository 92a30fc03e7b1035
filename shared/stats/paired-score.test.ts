import { describe, expect, it } from 'vitest';
import { logGamma } from './sign-test.ts';
import { twoSidedZ, wilsonInterval } from './confidence-interval.ts';
import { meanScore, type OutcomeCounts } from './paired-score.ts';

/** The quartic of Yang, Sun and Hardin (2012) whose roots are Tango's limits. */
function tangoQuartic({ wins, ties, losses }: OutcomeCounts, x: number): number {
  const n = wins + ties + losses;
  const g = twoSidedZ(0.95) ** 2;
  const delta = wins - losses;
  const decided = wins + losses;
  const r = n / g;
  const coefficients = [
    n ** 2 * (r + 1) ** 2,
    -n * delta * (r + 1) * (4 * r + 1),
    2 * r * delta ** 2 * (3 * r + 2) - n ** 2 * (decided / g + 1),
    n * delta * ((2 * decided) / g + 1) - (delta ** 3 * (4 * r + 1)) / g,
    (delta ** 2 * (delta ** 2 / g - decided)) / g,
  ];
  const value = coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);
  return value / (n ** 2 * (r + 1) ** 2);
}

/** Share of all possible studies of this size whose interval holds the true mean. */
function coverage(n: number, win: number, tie: number): number {
  const truth = win + tie / 2;
  let covered = 0;
  for (let wins = 0; wins <= n; wins += 1)
    for (let ties = 0; ties <= n - wins; ties += 1) {
      const losses = n - wins - ties;
      const { lower, upper } = meanScore({ wins, ties, losses });
      if (truth < lower || truth > upper) continue;
      const ways = [n, wins, ties, losses].map((k) => logGamma(k + 1));
      const logWays = (ways[0] ?? 0) - (ways[1] ?? 0) - (ways[2] ?? 0) - (ways[3] ?? 0);
      covered += Math.exp(logWays) * win ** wins * tie ** ties * (1 - win - tie) ** losses;
    }
  return covered;
}

describe('meanScore', () => {
  it.each([
    { wins: 1, ties: 13, losses: 7 },
    { wins: 12, ties: 30, losses: 2 },
    { wins: 3, ties: 1, losses: 0 },
    { wins: 9, ties: 16, losses: 4 },
  ])('few votes: limits solve the quartic of the closed form for %o', (counts) => {
    const { value, lower, upper, intervalMethod } = meanScore(counts);
    expect(intervalMethod).toBe('score');
    expect(tangoQuartic(counts, 2 * lower - 1)).toBeCloseTo(0, 8);
    expect(tangoQuartic(counts, 2 * upper - 1)).toBeCloseTo(0, 8);
    expect(lower).toBeLessThan(value);
    expect(upper).toBeGreaterThan(value);
  });

  it('equals Wilson when there is no tie', () => {
    for (const [wins, losses] of [
      [7, 3],
      [5, 0],
      [0, 1],
      [29, 1],
    ] as const) {
      const mean = meanScore({ wins, ties: 0, losses });
      const wilson = wilsonInterval(wins, wins + losses);
      expect(mean.lower).toBeCloseTo(wilson.lower, 9);
      expect(mean.upper).toBeCloseTo(wilson.upper, 9);
    }
  });

  // The normal interval would be a point.
  it('keeps a wide interval when all of a few votes agree', () => {
    expect(meanScore({ wins: 5, ties: 0, losses: 0 }).lower).toBeLessThan(0.6);
    const ties = meanScore({ wins: 0, ties: 3, losses: 0 });
    expect(ties.value).toBe(0.5);
    expect(ties.upper - ties.lower).toBeGreaterThan(0.5);
  });

  it('has no standard error from one vote, and spans everything without any', () => {
    expect(meanScore({ wins: 1, ties: 0, losses: 0 }).standardError).toBeNull();
    expect(meanScore({ wins: 0, ties: 0, losses: 0 })).toMatchObject({ lower: 0, upper: 1 });
  });

  it('changes little where the method changes', () => {
    const before = meanScore({ wins: 12, ties: 8, losses: 9 });
    const after = meanScore({ wins: 12, ties: 9, losses: 9 });
    expect([before.intervalMethod, after.intervalMethod]).toEqual(['score', 'normal']);
    expect(Math.abs(before.lower - after.lower)).toBeLessThan(0.02);
    expect(Math.abs(before.upper - after.upper)).toBeLessThan(0.02);
  });

  it.each([
    [4, 0.5, 0.2],
    [8, 0.7, 0.1],
    [10, 0.1, 0.8],
    [15, 0.9, 0.05],
    [40, 0.3, 0.3],
    [40, 0.05, 0.9],
  ])('holds the truth about 95 times of 100 with %i votes (win %d, tie %d)', (n, win, tie) => {
    expect(coverage(n, win, tie)).toBeGreaterThan(0.92);
  });
});
