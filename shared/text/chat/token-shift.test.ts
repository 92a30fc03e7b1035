import { expect, test } from 'vitest';
import type { ShiftedToken } from '../../domain/chat/token-shift.ts';
import { probabilityText, shiftRows, shiftTotalsText } from './token-shift.ts';

test.each([
  [1, '100.0 %'],
  [0.4567, '45.7 %'],
  [0.000_012, '1.2e-3 %'],
  [0, '0 %'],
])('a probability of %f is told as %s', (probability, text) => {
  expect(probabilityText(probability)).toBe(text);
});

const token = (text: string, rank: number): ShiftedToken => ({
  piece: { kind: 'text', text },
  probability: 0.5,
  rank: 1,
  base: { probability: 0.02, rank },
});

test('totals are told with count and share, and rows hold what the base would not have written', () => {
  expect(shiftRows([token('a', 1), token(' \n', 12)])).toEqual([
    ['2', '" \\n"', '50.0 %', '1', '2.0 %', '12', 'shifted'],
  ]);
  const totals = { tokens: 8, unshifted: 6, marginal: 1, shifted: 1 };
  expect(shiftTotalsText(totals).replaceAll('\u00a0', ' ')).toBe(
    '8 tokens: unshifted 6 (75.0 %), marginal 1 (12.5 %), shifted 1 (12.5 %)',
  );
});
