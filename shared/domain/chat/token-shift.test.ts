import { expect, test } from 'vitest';
import { shiftClass, shiftTotals, type ShiftedToken } from './token-shift.ts';

// URIAL, arXiv 2312.01552: unshifted at rank 1, marginal at 2 and 3, shifted beyond.
test.each([
  [1, 'unshifted'],
  [2, 'marginal'],
  [3, 'marginal'],
  [4, 'shifted'],
  [262_144, 'shifted'],
] as const)('a token of rank %i in the base is %s', (rank, kind) => {
  expect(shiftClass(rank)).toBe(kind);
});

const token = (baseRank: number | null): ShiftedToken => ({
  piece: { kind: 'text', text: 'a' },
  probability: 0.5,
  rank: 1,
  base: baseRank === null ? null : { probability: 0.1, rank: baseRank },
});

test('totals count every token once, and there are none without a base', () => {
  expect(shiftTotals([1, 1, 3, 9].map(token))).toEqual({
    tokens: 4,
    unshifted: 2,
    marginal: 1,
    shifted: 1,
  });
  expect(shiftTotals([])).toEqual({ tokens: 0, unshifted: 0, marginal: 0, shifted: 0 });
  expect(shiftTotals([token(null)])).toBeNull();
});
