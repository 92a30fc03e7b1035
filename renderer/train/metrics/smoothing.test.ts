import { describe, expect, it } from 'vitest';
import { Smoother, smoothingFactor } from './smoothing.ts';

const smooth = (values: number[]) => {
  const smoother = new Smoother(0.9);
  return values.map((value) => smoother.next(value));
};

describe('Smoother', () => {
  it('starts at the first value instead of a tenth of it', () => {
    expect(smooth([5])[0]).toBeCloseTo(5, 12);
  });

  it('leaves a constant series as it is', () => {
    for (const value of smooth([2, 2, 2, 2])) expect(value).toBeCloseTo(2, 12);
  });

  it('weighs the newest point as the corrected average does', () => {
    // (0.9 · 0.1 · 1 + 0.1 · 4) / (1 - 0.9²) = 0.49 / 0.19
    expect(smooth([1, 4])[1]).toBeCloseTo(0.49 / 0.19, 12);
  });

  it('goes on with the line after a loss that is not a number', () => {
    const [, atGap, after] = smooth([3, Number.NaN, 3]);
    expect(atGap).toBeCloseTo(3, 12);
    expect(after).toBeCloseTo(3, 12);
  });
});

describe('smoothingFactor', () => {
  it('halves each step of a short run, so that the line stays near its points', () => {
    expect(smoothingFactor(0)).toBe(0.5);
    expect(smoothingFactor(24)).toBe(0.5);
  });

  it('averages over more steps in longer runs, up to fifty', () => {
    expect(smoothingFactor(480)).toBeCloseTo(1 - 1 / 12, 12);
    expect(smoothingFactor(1e6)).toBeCloseTo(0.98, 12);
  });
});
