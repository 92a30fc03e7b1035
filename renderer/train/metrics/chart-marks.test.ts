import { describe, expect, it } from 'vitest';
import { epochStride } from './chart-marks.ts';

describe('epochStride', () => {
  it.each([
    [40, 1],
    [14, 1],
    [10, 2],
    [3, 5],
    [1, 20],
    [0.05, 500],
  ])('keeps lines apart when an epoch is %f px wide', (epochWidthPx, stride) => {
    expect(epochStride(epochWidthPx)).toBe(stride);
    expect(stride * epochWidthPx).toBeGreaterThanOrEqual(14);
  });
});
