import { seededUniform } from '../../../shared/domain/seeded-uniform.ts';
import type { Recipe } from '../../../shared/domain/recipe/recipe.ts';
import type { EncodedSample } from '../../engines/protocol/trainer.ts';
import { deriveSeed, shuffledOrder } from './random.ts';
import { computedLength } from './pack.ts';

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

/** What one pack may hold; a longer sample is a pack of its own. */
interface PackLimits {
  tokens: number;
  samples: number;
}

interface Pack {
  samples: EncodedSample[];
  roomTokens: number;
}

/**
 * Puts samples into as few packs as a greedy rule finds (best fit decreasing: the longest first,
 * each where the least room is left over). Few full packs waste little on rounding a pack up to
 * whole buckets. The result depends on the samples and their order alone.
 */
export function planPacks(
  samples: readonly EncodedSample[],
  limits: PackLimits,
): EncodedSample[][] {
  const packs: Pack[] = [];
  const longestFirst = samples.toSorted((a, b) => computedLength(b) - computedLength(a));
  for (const sample of longestFirst) {
    const length = computedLength(sample);
    const pack = tightest(packs, length, limits.samples);
    if (pack) {
      pack.samples.push(sample);
      pack.roomTokens -= length;
    } else packs.push({ samples: [sample], roomTokens: limits.tokens - length });
  }
  return packs.map((pack) => pack.samples);
}

/** The pack that this length fills best, the earlier of two equal ones. */
function tightest(packs: readonly Pack[], length: number, mostSamples: number): Pack | undefined {
  let best: Pack | undefined;
  for (const pack of packs) {
    if (pack.roomTokens < length || pack.samples.length >= mostSamples) continue;
    if (!best || pack.roomTokens < best.roomTokens) best = pack;
  }
  return best;
}
