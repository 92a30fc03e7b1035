import { describe, expect, it } from 'vitest';
import { Smoother } from './smoothing.ts';

const smooth = (values: number[], factor?: number) => {
  const smoother = new Smoother(factor);
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

  it('does not lose the line for good after a loss that is not a number', () => {
    const [, atGap, after] = smooth([3, Number.NaN, 3]);
    expect(atGap).toBeCloseTo(3, 12);
    expect(after).toBeCloseTo(3, 12);
  });
});
