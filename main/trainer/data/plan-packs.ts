import type { EncodedSample } from '../../engines/protocol/trainer.ts';
import { computedLength } from './pack.ts';

/** What one pack may hold; a longer sample is a pack of its own. */
export interface PackLimits {
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
