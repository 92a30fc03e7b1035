import { array, assert, nat, property } from 'fast-check';
import { expect, test } from 'vitest';
import { sampleOfLength } from '../testing/sample-lengths.ts';
import { computedLength } from './pack.ts';
import { planPacks } from './plan-packs.ts';

const lengthsOf = (lengths: number[], samples = Infinity) =>
  planPacks(lengths.map(sampleOfLength), { tokens: 10, samples }).map((pack) =>
    pack.map(computedLength),
  );

test('a sample goes where it leaves the least room, and a longer one stands alone', () => {
  expect(lengthsOf([4, 5, 2, 20, 1, 9])).toEqual([[20], [9, 1], [5, 4], [2]]);
});

test('a pack never holds more samples than were asked for', () => {
  expect(lengthsOf([1, 1, 1, 1, 1], 2)).toEqual([[1, 1], [1, 1], [1]]);
});

test('packing loses and repeats no sample and fills no pack beyond its limit', () => {
  assert(
    property(array(nat(15)), (lengths) => {
      const packs = lengthsOf(lengths);
      expect(packs.flat().toSorted((a, b) => a - b)).toEqual(lengths.toSorted((a, b) => a - b));
      for (const pack of packs)
        expect(pack.length === 1 || pack.reduce((sum, length) => sum + length, 0) <= 10).toBe(true);
    }),
  );
});
