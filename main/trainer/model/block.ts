import type { Tensor } from '../tensor/tensor.ts';
import { attentionBackward, attentionForward, type AttentionPass } from './attention.ts';
import type { FrozenBlock } from './frozen-model.ts';
import type { GraphParts } from './graph-parts.ts';
import {
  linearBackward,
  linearBackwardToWeights,
  linearForward,
  type LinearPass,
} from './linear.ts';
import { normBackward, normForward, type NormPass } from './norm.ts';
import type { LinearName } from './tensor-plan.ts';

/** Result of one transformer block with what its backward pass needs. */
export interface BlockPass {
  index: number;
  /** Residual stream before attention, [embeddingLength, tokens]. */
  input: Tensor;
  attentionNorm: NormPass;
  /** Its input is the residual stream between attention and feed-forward. */
  feedForwardNorm: NormPass;
  attention: AttentionPass;
  linear: Record<LinearName, LinearPass>;
  /** Residual stream after the block. */
  output: Tensor;
}

/** x + attention(norm(x)), then + feed-forward(norm(·)) with SwiGLU. */
export function blockForward(parts: GraphParts, index: number, input: Tensor): BlockPass {
  const { ops } = parts.graph;
  const frozen = blockAt(parts, index);
  const run = (name: LinearName, x: Tensor) => linearForward(parts, frozen.linear[name], x);
  const attentionNorm = normForward(parts, input, frozen.attentionNorm);
  const q = run('attn_q', attentionNorm.output);
  const k = run('attn_k', attentionNorm.output);
  const v = run('attn_v', attentionNorm.output);
  const attention = attentionForward(parts, q.output, k.output, v.output);
  const projected = run('attn_output', attention.output);
  const middle = ops.add(input, projected.output);
  const feedForwardNorm = normForward(parts, middle, frozen.feedForwardNorm);
  const gate = run('ffn_gate', feedForwardNorm.output);
  const up = run('ffn_up', feedForwardNorm.output);
  const down = run('ffn_down', ops.mul(ops.silu(gate.output), up.output));
  return {
    index,
    input,
    attentionNorm,
    feedForwardNorm,
    attention,
    output: ops.add(middle, down.output),
    linear: {
      attn_q: q,
      attn_k: k,
      attn_v: v,
      attn_output: projected,
      ffn_gate: gate,
      ffn_up: up,
      ffn_down: down,
    },
  };
}

/**
 * Backward pass of one block for the gradient of its output: adds the gradients of trained weights
 * to their sums and returns the gradient of the input. With an adapter nothing before block 0 is
 * trained, so for it the result is undefined and the widest part of the work is left out.
 */
export function blockBackward(
  parts: GraphParts,
  pass: BlockPass,
  gradient: Tensor,
): Tensor | undefined {
  const { ops } = parts.graph;
  const { linear } = pass;
  const middle = feedForwardBackward(parts, pass, gradient);
  const mixed = linearBackward(parts, linear.attn_output, middle);
  const { queries, keys, values } = attentionBackward(parts, pass.attention, mixed);
  if (pass.index === 0 && !parts.trained.gradientOf(parts.model.embedding)) {
    linearBackwardToWeights(parts, linear.attn_q, queries);
    linearBackwardToWeights(parts, linear.attn_k, keys);
    linearBackwardToWeights(parts, linear.attn_v, values);
    return undefined;
  }
  const normed = ops.add(
    ops.add(
      linearBackward(parts, linear.attn_q, queries),
      linearBackward(parts, linear.attn_k, keys),
    ),
    linearBackward(parts, linear.attn_v, values),
  );
  return ops.add(middle, normBackward(parts, pass.attentionNorm, normed));
}

/** Gradient of the residual stream before the feed-forward part. */
function feedForwardBackward(parts: GraphParts, pass: BlockPass, gradient: Tensor): Tensor {
  const { ops } = parts.graph;
  const { ffn_gate: gate, ffn_up: up, ffn_down: down } = pass.linear;
  const product = linearBackward(parts, down, gradient);
  // silu(gate) is computed again: cheaper than keeping one more wide tensor per block.
  const upGradient = ops.mul(product, ops.silu(gate.output));
  const gateGradient = ops.siluBack(ops.mul(product, up.output), gate.output);
  const normed = ops.add(
    linearBackward(parts, gate, gateGradient),
    linearBackward(parts, up, upGradient),
  );
  return ops.add(gradient, normBackward(parts, pass.feedForwardNorm, normed));
}

function blockAt({ model }: GraphParts, index: number): FrozenBlock {
  const frozen = model.blocks[index];
  if (!frozen) throw new RangeError(`The model has no block ${index}`);
  return frozen;
}
