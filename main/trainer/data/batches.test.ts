import { describe, expect, test } from 'vitest';
import { array, assert, nat, property } from 'fast-check';
import { stepsPerEpoch } from '../../../shared/domain/training-counts.ts';
import type { EncodedSample } from '../../engines/protocol/trainer.ts';
import { shapeOf } from '../step/training-graph.ts';
import { limaLikeSamples, sampleOfLength } from '../testing/sample-lengths.ts';
import { epochBatches, planPacks } from './batches.ts';
import { packSamples, computedLength } from './pack.ts';

const samples = Array.from({ length: 11 }, (_, index) => sampleOfLength(100 + index));
const recipe = { batchSize: 4, microBatchSize: 3, seed: 42 };

const ids = (packs: readonly EncodedSample[][]) => packs.flat().map(({ id }) => id);

const order = (epoch: number, seed: number) =>
  epochBatches(samples, epoch, { ...recipe, seed }).map(ids);

/** The samples of each batch of the first epoch, whatever their packs. */
const members = (microBatchSize: number) =>
  epochBatches(samples, 1, { ...recipe, microBatchSize }).map((packs) => ids(packs).toSorted());

describe('batches of an epoch', () => {
  test('hold every sample once, in batches and packs of the asked sizes', () => {
    const batches = epochBatches(samples, 1, recipe);
    expect(batches.map((batch) => batch.map((pack) => pack.length))).toEqual([[3, 1], [3, 1], [3]]);
    expect(batches.flatMap(ids).toSorted()).toEqual(ids([samples]).toSorted());
    expect(batches.length).toBe(stepsPerEpoch(samples.length, recipe));
  });

  test('repeat for an equal seed and epoch, and differ between epochs and seeds', () => {
    expect(order(1, 42)).toEqual(order(1, 42));
    expect(order(1, 42)).not.toEqual(order(2, 42));
    expect(order(1, 42)).not.toEqual(order(1, 43));
  });

  test('hold the same samples whatever is packed with what', () => {
    expect(members(0)).toEqual(members(1));
    expect(members(4)).toEqual(members(1));
  });
});

/** Share of the computed slots that hold a token of a sample, over three epochs. */
function filledShare(microBatchSize: number): number {
  const lima = limaLikeSamples(2048);
  const batches = [1, 2, 3].flatMap((epoch) =>
    epochBatches(lima, epoch, { batchSize: 32, microBatchSize, seed: 42 }),
  );
  const packs = batches.flat().map(packSamples);
  const slots = packs.reduce((sum, pack) => sum + shapeOf(pack, false).tokens, 0);
  return packs.reduce((sum, pack) => sum + pack.tokens.length, 0) / slots;
}

test('nearly every computed slot holds a token on lengths like those of LIMA', () => {
  expect(filledShare(0)).toBeGreaterThan(0.985);
  expect(filledShare(1)).toBeLessThan(filledShare(0));
});

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
