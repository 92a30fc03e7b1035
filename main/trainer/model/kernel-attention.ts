import type { Tensor } from '../device/tensor.ts';
import type { GraphParts } from './graph-context.ts';
import type { Heads, MixedHeads } from './heads.ts';

/** What the kernels read beside the heads: earliest keys [T] I32, and memory to work in. */
interface KernelInputs {
  earliestKeys: Tensor;
  scratch: Tensor;
}

/**
 * Attention as one node forwards and two backwards: weights are computed again in the backward
 * pass instead of being kept, and keys that a query does not see are never multiplied.
 */
export function mixByKernel(
  { graph, model }: GraphParts,
  heads: Heads,
  { earliestKeys, scratch }: KernelInputs,
): MixedHeads {
  const { ops } = graph;
  const { attentionScale } = model.parameters;
  const inputs = { ...heads, earliestKeys, scratch };
  return {
    output: ops.attention(inputs, attentionScale),
    back: (gradient) => ops.attentionBack(inputs, gradient, attentionScale),
  };
}
