import { describe, expect, it } from 'vitest';
import { apart, epochStride, gridLabel, gridSteps } from './chart-marks.ts';

describe('epochStride', () => {
  it.each([
    [160, 1],
    [56, 1],
    [40, 2],
    [12, 5],
    [4, 20],
    [0.2, 500],
  ])('keeps labels apart when an epoch is %f px wide', (epochWidthPx, stride) => {
    expect(epochStride(epochWidthPx)).toBe(stride);
    expect(stride * epochWidthPx).toBeGreaterThanOrEqual(56);
  });
});

describe('gridSteps', () => {
  it('stand at the ends of epochs, as many as there is room for', () => {
    const shown = { min: 1, max: 90, widthPx: 890, roundStep: 10 };
    expect(gridSteps(18, shown)).toEqual([18, 36, 54, 72, 90]);
    expect(gridSteps(3, shown)).toEqual(Array.from({ length: 15 }, (_, index) => 6 * (index + 1)));
  });

  it('stand at round numbers where fewer than two epochs end in sight', () => {
    const shown = { min: 20, max: 40, widthPx: 800, roundStep: 5 };
    expect(gridSteps(18, shown)).toEqual([20, 25, 30, 35, 40]);
    expect(gridSteps(0, shown)).toEqual([20, 25, 30, 35, 40]);
    expect(gridSteps(18, { ...shown, max: 20 })).toEqual([]);
  });

  it('are named by their step, and by the epoch that ends there', () => {
    expect(gridLabel(36, 18)).toBe('36\nepoch 2');
    expect([gridLabel(35, 18), gridLabel(0, 18), gridLabel(5, 0)]).toEqual(['35', '0', '5']);
  });
});

it('one mark stands for those that would overlap it', () => {
  expect(apart([0, 1, 2, 3, 4, 5, 6, 20, 21], 4)).toEqual([0, 4, 20]);
  const many = Array.from({ length: 10_000 }, (_, index) => index / 10);
  expect(apart(many, 4)).toHaveLength(250);
});
