import type { RopeAngles } from '../ops/arithmetic.ts';
import type { Tensor } from '../device/tensor.ts';
import { reachOf, type GraphParts } from './graph-context.ts';
import { runNorm, type BlockAt } from './layers.ts';
import { byHead, type MixedHeads } from './heads.ts';
import { mixHeads } from './mix-heads.ts';
import { normBackward, type NormPass } from './norm.ts';
import type { QueriesKeysValues } from './projections.ts';

/** Result of attention with what its backward pass needs. */
export interface AttentionPass {
  angles: RopeAngles;
  /** Norms of each head before it is rotated, where the architecture has them. */
  queryNorm: NormPass | undefined;
  keyNorm: NormPass | undefined;
  mixed: MixedHeads;
  /** [D · heads, T]. */
  output: Tensor;
}

/** Attention between the projections and their sum; q, k, v as the projections give them. */
export function attentionForward(layer: BlockAt, projected: QueriesKeysValues): AttentionPass {
  const { parts } = layer;
  const reach = reachOf(parts, layer.index);
  const angles = parts.angles[reach];
  const { ops } = parts.graph;
  const [q, k] = [byHead(parts, projected.queries), byHead(parts, projected.keys)];
  const queryNorm = runNorm(layer, 'attn_q_norm', q);
  const keyNorm = runNorm(layer, 'attn_k_norm', k);
  const queries = ops.rope(queryNorm?.output ?? q, angles);
  const keys = ops.rope(keyNorm?.output ?? k, angles);
  const mixed = mixHeads(parts, { queries, keys, values: byHead(parts, projected.values) }, reach);
  return { angles, queryNorm, keyNorm, mixed, output: mixed.output };
}

/** Gradients of attention for the gradient of its output [D · heads, T]. */
export function attentionBackward(
  parts: GraphParts,
  { mixed, queryNorm, keyNorm, angles }: AttentionPass,
  gradient: Tensor,
): QueriesKeysValues {
  const heads = mixed.back(gradient);
  const unrotate = (norm: NormPass | undefined, turned: Tensor) => {
    const straight = parts.graph.ops.ropeBack(turned, angles);
    return flatten(parts, norm ? normBackward(parts, norm, straight) : straight);
  };
  return {
    queries: unrotate(queryNorm, heads.queries),
    keys: unrotate(keyNorm, heads.keys),
    values: flatten(parts, heads.values),
  };
}

/** [D, heads, T] as [D · heads, T]. */
function flatten({ graph }: GraphParts, tensor: Tensor): Tensor {
  const [length, heads, tokens] = tensor.ne;
  return graph.ops.reshape(tensor, length * heads, tokens);
}
