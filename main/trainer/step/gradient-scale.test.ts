import { describe, expect, test } from 'vitest';
import { gradientScale } from './adamw.ts';

describe('gradient scale', () => {
  test('divides by tokens alone while the mean gradient is within the limit', () => {
    expect(gradientScale(5, 10, 1)).toEqual({ scale: 0.1, gradNorm: 0.5 });
  });

  test('brings a larger gradient to exactly the limit', () => {
    const { scale, gradNorm } = gradientScale(40, 10, 1);
    expect(gradNorm).toBe(4);
    expect(scale * 40).toBeCloseTo(1, 12);
  });

  test('never clips when the limit is zero', () => {
    expect(gradientScale(40, 10, 0).scale).toBe(0.1);
  });
});
