import type { Tensor } from '../device/tensor.ts';
import { kernelAttention, kernelAttentionBackward, type Heads } from '../ops/attention.ts';
import { blockAttention, blockAttentionBackward } from '../ops/block-attention.ts';
import { reshape } from '../ops/layout.ts';
import { rope, ropeBackward, type RopeAngles } from '../ops/rope.ts';
import type { GraphContext } from './graph-context.ts';
import { runNorm, type Layer } from './layers.ts';
import { normBackward, type NormPass } from './norm.ts';
import type { QueriesKeysValues } from './projections.ts';
import { attentionKindOf, type AttentionKind } from './visible-keys.ts';

// Between the projections and attn_output: norms of each head where the architecture has them,
// rope, and softmax(scale · q·kᵀ)·v. D = head length, T = tokens.

/** Result of attention with what its backward pass needs. */
export interface AttentionPass {
  angles: RopeAngles;
  /** Norms of each head before it is rotated, where the architecture has them. */
  queryNorm: NormPass | undefined;
  keyNorm: NormPass | undefined;
  /** [D · heads, T]. */
  output: Tensor;
  /** Gradients of the rotated heads, of their extents, for that of the output. */
  headsBackward: (gradient: Tensor) => Heads;
}

/** Attention of q, k and v as the projections give them. */
export function attentionForward(layer: Layer, projected: QueriesKeysValues): AttentionPass {
  const { context } = layer;
  const { graph, model } = context;
  const kind = attentionKindOf(model.parameters, layer.index);
  const angles = context.angles[kind];
  const [q, k] = [splitHeads(context, projected.queries), splitHeads(context, projected.keys)];
  const queryNorm = runNorm(layer, 'attn_q_norm', q);
  const keyNorm = runNorm(layer, 'attn_k_norm', k);
  const queries = rope(graph, queryNorm?.output ?? q, angles);
  const keys = rope(graph, keyNorm?.output ?? k, angles);
  const heads = { queries, keys, values: splitHeads(context, projected.values) };
  return { angles, queryNorm, keyNorm, ...attendHeads(context, heads, kind) };
}

/** Gradients of attention for the gradient of its output [D · heads, T]. */
export function attentionBackward(
  context: GraphContext,
  { headsBackward, queryNorm, keyNorm, angles }: AttentionPass,
  gradient: Tensor,
): QueriesKeysValues {
  const heads = headsBackward(gradient);
  const unrotate = (norm: NormPass | undefined, rotated: Tensor) => {
    const straight = ropeBackward(context.graph, rotated, angles);
    return joinHeads(context, norm ? normBackward(context, norm, straight) : straight);
  };
  return {
    queries: unrotate(queryNorm, heads.queries),
    keys: unrotate(keyNorm, heads.keys),
    values: joinHeads(context, heads.values),
  };
}

/** Lets each query mix the values of the keys it sees: by a kernel, or block by block. */
function attendHeads(
  { graph, model, visibleKeys }: GraphContext,
  heads: Heads,
  kind: AttentionKind,
): Pick<AttentionPass, 'output' | 'headsBackward'> {
  const scale = model.parameters.attentionScale;
  if ('masks' in visibleKeys) {
    const blocks = visibleKeys.masks.map(({ span, mask }) => ({ ...span, mask: mask[kind] }));
    const pass = blockAttention(graph, heads, { blocks, scale });
    const settings = { scale, computeType: model.computeType };
    const headsBackward = (gradient: Tensor) =>
      blockAttentionBackward(graph, pass, { ...settings, gradient });
    return { output: pass.output, headsBackward };
  }
  const { earliestKeys, scratch } = visibleKeys;
  const inputs = { ...heads, earliestKeys: earliestKeys[kind], scratch };
  return {
    output: kernelAttention(graph, inputs, scale),
    headsBackward: (gradient) => kernelAttentionBackward(graph, inputs, { gradient, scale }),
  };
}

/** [D · heads, T] as [D, heads, T]. */
function splitHeads({ graph, model }: GraphContext, tensor: Tensor): Tensor {
  const { headLength } = model.parameters;
  const [width, tokens] = tensor.ne;
  return reshape(graph, tensor, headLength, width / headLength, tokens);
}

/** [D, heads, T] as [D · heads, T]. */
function joinHeads({ graph }: GraphContext, tensor: Tensor): Tensor {
  const [length, heads, tokens] = tensor.ne;
  return reshape(graph, tensor, length * heads, tokens);
}
