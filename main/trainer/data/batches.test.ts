import { describe, expect, test } from 'vitest';
import { stepsPerEpoch } from '../../../shared/domain/training-counts.ts';
import type { EncodedSample } from '../../engines/protocol/trainer.ts';
import { shapeOf } from '../step/training-graph.ts';
import { limaLikeSamples, sampleOfLength } from '../testing/sample-lengths.ts';
import { epochBatches } from './batches.ts';
import { packSamples } from './pack.ts';

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
