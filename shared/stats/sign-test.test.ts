import { describe, expect, it } from 'vitest';
import { logChoose, logGamma, exactSignTest } from './sign-test.ts';
import { normalQuantile, twoSidedZ } from './confidence-interval.ts';

/** The binomial tail in whole numbers: slow, and free of rounding. */
function referenceSignTest(wins: number, losses: number): number {
  const n = BigInt(wins + losses);
  let term = 1n;
  let sum = 0n;
  for (let k = 0n; k <= BigInt(Math.min(wins, losses)); k += 1n) {
    sum += term;
    term = (term * (n - k)) / (k + 1n);
  }
  const scaled = (2n * sum * 10n ** 60n) / 2n ** n;
  return Math.min(1, Number(scaled) / 1e60);
}

describe('exactSignTest', () => {
  it.each([
    [159, 78, 1.553095361047747e-7],
    [132, 105, 0.09103110566493637],
    [99, 126, 0.08280755005978588],
    [72, 162, 3.861485028077143e-9],
    [54, 171, 2.365175613847295e-15],
  ])('gives the p value of LIMA figure 1 for %i wins and %i losses', (wins, losses, p) => {
    expect(exactSignTest(wins, losses) / p).toBeCloseTo(1, 9);
  });

  // A rounding error would show as “p = 0.9999” in a report.
  it('is exact to the last bit for few votes', () => {
    expect(exactSignTest(1, 0)).toBe(1);
    expect(exactSignTest(0, 5)).toBe(0.0625);
    expect(exactSignTest(6, 0)).toBe(0.03125);
    expect(exactSignTest(9, 1)).toBe(0.021484375);
    expect(exactSignTest(0, 0)).toBe(1);
  });

  it('equals whole-number arithmetic on both sides of the switch to logarithms', () => {
    for (const [wins, losses] of [
      [480, 520],
      [530, 470],
      [480, 521],
      [560, 441],
      [1500, 1400],
    ] as const)
      expect(exactSignTest(wins, losses) / referenceSignTest(wins, losses)).toBeCloseTo(1, 9);
  });

  it('stays a probability for a hundred thousand votes', () => {
    expect(exactSignTest(50_000, 50_000)).toBe(1);
    expect(exactSignTest(49_999, 50_001)).toBeGreaterThan(0.99);
    expect(exactSignTest(49_690, 50_310)).toBeCloseTo(0.0503, 3);
    expect(exactSignTest(0, 100_000)).toBe(0);
  });

  it('is the same whoever is called the winner', () => {
    expect(exactSignTest(17, 40)).toBe(exactSignTest(40, 17));
  });

  it.each([
    [-1, 2],
    [1.5, 2],
    [Number.NaN, 2],
  ])('refuses %d wins and %d losses', (wins, losses) => {
    expect(() => exactSignTest(wins, losses)).toThrow(RangeError);
  });
});

describe('the functions it rests on', () => {
  it('logGamma equals known values', () => {
    expect(logGamma(1)).toBeCloseTo(0, 14);
    expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.PI) / 2, 14);
    expect(logGamma(11)).toBeCloseTo(Math.log(3_628_800), 13);
    expect(logGamma(100_001) / 1_051_299.221899122).toBeCloseTo(1, 14);
    expect(() => logGamma(0)).toThrow(RangeError);
  });

  it('logChoose equals a known binomial coefficient', () => {
    expect(Math.exp(logChoose(40, 20)) / 137_846_528_820).toBeCloseTo(1, 12);
  });

  it('normalQuantile equals the table in the centre and in both tails', () => {
    expect(twoSidedZ(0.95)).toBeCloseTo(1.959963984540054, 7);
    expect(twoSidedZ(0.99)).toBeCloseTo(2.5758293035489, 7);
    expect(normalQuantile(0.5)).toBe(0);
    expect(normalQuantile(0.001)).toBeCloseTo(-3.090232306167813, 7);
    expect(normalQuantile(0.999)).toBeCloseTo(3.090232306167813, 7);
    expect(() => normalQuantile(1)).toThrow(RangeError);
  });
});
