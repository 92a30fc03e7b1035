import type { Recipe } from '../../../shared/domain/recipe.ts';
import { deriveSeed, seededUniform, shuffledOrder } from './random.ts';

type BatchFields = Pick<Recipe, 'batchSize' | 'microBatchSize' | 'seed'>;

/** Consecutive parts of at most `size` elements. */
function* slices<T>(list: readonly T[], size: number): Generator<T[]> {
  for (let start = 0; start < list.length; start += size) yield list.slice(start, start + size);
}

/** Optimizer steps of one epoch; the last batch may be smaller. */
export const stepsPerEpoch = (sampleCount: number, batchSize: number): number =>
  Math.ceil(sampleCount / batchSize);

/**
 * The batches of one epoch (counted from 1), each a list of micro-batches. The order depends on
 * seed and epoch only, so an epoch can be repeated on its own.
 */
export function epochBatches<T>(
  samples: readonly T[],
  epoch: number,
  { batchSize, microBatchSize, seed }: BatchFields,
): T[][][] {
  const order = shuffledOrder(samples.length, seededUniform(deriveSeed(seed, epoch)));
  const shuffled = Array.from(order, (index) => samples[index]).filter((s) => s !== undefined);
  return [...slices(shuffled, batchSize)].map((batch) => [...slices(batch, microBatchSize)]);
}
