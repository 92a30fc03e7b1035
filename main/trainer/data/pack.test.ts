import { describe, expect, test } from 'vitest';
import { countTrained } from '../../../shared/domain/training-counts.ts';
import type { EncodedSample } from '../../engines/protocol/trainer.ts';
import { packSamples, padRows } from './pack.ts';
import { attentionMask } from '../model/visible-keys.ts';

const sample = (tokens: number[], trained: number[]): EncodedSample => ({
  id: tokens.join(),
  tokens: Int32Array.from(tokens),
  trained: Uint8Array.from(trained),
});

describe('packing', () => {
  test('predicts each trained token from the one before it, within its own sample', () => {
    const packed = packSamples([
      sample([10, 11, 12, 13, 14], [0, 0, 1, 1, 0]),
      sample([20, 21, 22], [0, 1, 1]),
    ]);
    expect(packed).toEqual({
      tokens: Int32Array.of(10, 11, 12, 20, 21),
      positions: Int32Array.of(0, 1, 2, 0, 1),
      segments: Int32Array.of(0, 0, 0, 1, 1),
      spans: [
        { start: 0, length: 3 },
        { start: 3, length: 2 },
      ],
      rows: Int32Array.of(1, 2, 3, 4),
      targets: Int32Array.of(12, 13, 21, 22),
    });
  });

  test('does not count a trained first token, which nothing predicts', () => {
    const first = sample([10, 11], [1, 0]);
    expect(countTrained(first)).toBe(0);
    expect(packSamples([first]).rows.length).toBe(0);
  });
});

/** Keys that each of five queries may look at. */
const seen = (mask: Float32Array) =>
  Array.from({ length: 5 }, (_, query) =>
    [0, 1, 2, 3, 4].filter((key) => mask[query * 5 + key] === 0),
  );

test('a query sees itself and earlier tokens of its own sample only', () => {
  expect(
    seen(attentionMask(Int32Array.of(0, 0, 1, 1), { first: 0, count: 5, firstKey: 0, keys: 5 })),
  ).toEqual([[0], [0, 1], [2], [2, 3], [4]]);
});

test('padding rows never repeat a trained row, whose gradient they would overwrite', () => {
  expect([...padRows(Int32Array.of(0, 2, 5), 6)]).toEqual([0, 2, 5, 1, 3, 4]);
});
