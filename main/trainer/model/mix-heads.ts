import { mixByBlocks } from './block-attention.ts';
import type { ByReach, GraphParts } from './graph-context.ts';
import type { Heads, MixedHeads } from './heads.ts';
import { mixByKernel } from './kernel-attention.ts';

/** Lets each query mix the values of the keys it sees in a layer of this reach. */
export function mixHeads(
  parts: GraphParts,
  heads: Heads,
  reach: keyof ByReach<unknown>,
): MixedHeads {
  const { sight } = parts;
  return 'blocks' in sight
    ? mixByBlocks(parts, heads, { blocks: sight.blocks, reach })
    : mixByKernel(parts, heads, {
        earliestKeys: sight.earliestKeys[reach],
        scratch: sight.scratch,
      });
}
