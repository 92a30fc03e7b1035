import { seededUniform } from '../../../shared/domain/seeded-uniform.ts';
import type { Recipe } from '../../../shared/domain/recipe.ts';
import type { EncodedSample } from '../../engines/protocol/trainer.ts';
import { planPacks, type PackLimits } from './plan-packs.ts';
import { deriveSeed, shuffledOrder } from './random.ts';

type BatchFields = Pick<Recipe, 'batchSize' | 'microBatchSize' | 'seed'>;

/** Samples are computed side by side up to this many tokens; longer ones alone. */
export const packTokens = 1024;

const packLimits = (microBatchSize: number): PackLimits => ({
  tokens: packTokens,
  samples: microBatchSize || Infinity,
});

/**
 * The batches of one epoch (counted from 1), each a list of packs that are computed one after the
 * other. The order depends on seed and epoch only, so an epoch can be repeated on its own; which
 * samples share a batch does not depend on how they are packed.
 */
export function epochBatches(
  samples: readonly EncodedSample[],
  epoch: number,
  { batchSize, microBatchSize, seed }: BatchFields,
): EncodedSample[][][] {
  const order = shuffledOrder(samples.length, seededUniform(deriveSeed(seed, epoch)));
  const shuffled = Array.from(order, (index) => samples[index]).filter((s) => s !== undefined);
  const limits = packLimits(microBatchSize);
  return [...slices(shuffled, batchSize)].map((batch) => planPacks(batch, limits));
}

/** The packs in which held-out samples are measured: one batch of them all. */
export const heldOutPacks = (
  samples: readonly EncodedSample[],
  { microBatchSize }: Pick<Recipe, 'microBatchSize'>,
): EncodedSample[][] => planPacks(samples, packLimits(microBatchSize));

/** Consecutive slices of at most `size` elements. */
function* slices<T>(list: readonly T[], size: number): Generator<T[]> {
  for (let start = 0; start < list.length; start += size) yield list.slice(start, start + size);
}
