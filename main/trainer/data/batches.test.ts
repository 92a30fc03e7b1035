import { describe, expect, test } from 'vitest';
import { epochBatches, stepsPerEpoch } from './batches.ts';

const samples = Array.from({ length: 11 }, (_, index) => index);
const recipe = { batchSize: 4, microBatchSize: 3, seed: 42 };

const order = (epoch: number, seed: number) =>
  epochBatches(samples, epoch, { ...recipe, seed }).flat(2);

describe('batches of an epoch', () => {
  test('hold every sample once, in batches and micro-batches of the asked sizes', () => {
    const batches = epochBatches(samples, 1, recipe);
    expect(batches.map((batch) => batch.map((micro) => micro.length))).toEqual([
      [3, 1],
      [3, 1],
      [3],
    ]);
    expect(batches.flat(2).toSorted((a, b) => a - b)).toEqual(samples);
    expect(batches.length).toBe(stepsPerEpoch(samples.length, recipe.batchSize));
  });

  test('repeat for an equal seed and epoch, and differ between epochs and seeds', () => {
    expect(order(1, 42)).toEqual(order(1, 42));
    expect(order(1, 42)).not.toEqual(order(2, 42));
    expect(order(1, 42)).not.toEqual(order(1, 43));
  });

  test('have an order that does not depend on the micro-batch size', () => {
    const whole = epochBatches(samples, 1, { ...recipe, microBatchSize: 4 });
    expect(whole.flat(2)).toEqual(epochBatches(samples, 1, recipe).flat(2));
  });
});
