import type { Tensor } from '../device/tensor.ts';
import { attentionBackward, attentionForward, type AttentionPass } from './attention.ts';
import { feedForward, feedForwardBackward, type FeedForwardPass } from './feed-forward.ts';
import type { GraphParts } from './graph-context.ts';
import { requireNorm, runLinear, runNorm } from './layers.ts';
import { linearBackward, type LinearPass } from './linear.ts';
import { normBackward, type NormPass } from './norm.ts';
import {
  projectBackward,
  projectBackwardToWeights,
  projectForward,
  type ProjectionPass,
} from './projections.ts';
import { dropResidual } from './dropout.ts';

/** Result of one transformer block with what its backward pass needs. */
export interface BlockPass {
  index: number;
  /** Residual stream before attention, [embeddingLength, tokens]. */
  input: Tensor;
  attentionNorm: NormPass;
  projections: ProjectionPass;
  attention: AttentionPass;
  attentionOutput: LinearPass;
  postAttentionNorm: NormPass | undefined;
  /** Its input is the residual stream between attention and feed-forward. */
  feedForwardNorm: NormPass;
  feedForward: FeedForwardPass;
  postFeedForwardNorm: NormPass | undefined;
  /** Residual stream after the block. */
  output: Tensor;
}

/** x + attention(norm(x)), then + feed-forward(norm(·)); some models norm what is added, too. */
export function blockForward(parts: GraphParts, index: number, input: Tensor): BlockPass {
  const { ops } = parts.graph;
  const block = { parts, index };
  const attentionNorm = requireNorm(block, 'attn_norm', input);
  const projections = projectForward(block, attentionNorm.output);
  const attention = attentionForward(block, projections);
  const attentionOutput = runLinear(block, 'attn_output', attention.output);
  const postAttentionNorm = runNorm(block, 'post_attention_norm', attentionOutput.output);
  const attended = postAttentionNorm?.output ?? attentionOutput.output;
  const middle = ops.add(input, dropResidual(block, 'attention', attended));
  const feedForwardNorm = requireNorm(block, 'ffn_norm', middle);
  const inner = feedForward(block, feedForwardNorm.output);
  const postFeedForwardNorm = runNorm(block, 'post_ffw_norm', inner.down.output);
  const fed = postFeedForwardNorm?.output ?? inner.down.output;
  return {
    index,
    input,
    attentionNorm,
    projections,
    attention,
    attentionOutput,
    postAttentionNorm,
    feedForwardNorm,
    feedForward: inner,
    postFeedForwardNorm,
    output: ops.add(middle, dropResidual(block, 'feedForward', fed)),
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
  const block = { parts, index: pass.index };
  const fed = dropResidual(block, 'feedForward', gradient);
  const added = throughNorm(parts, pass.postFeedForwardNorm, fed);
  const normed = feedForwardBackward(parts, pass.feedForward, added);
  const middle = normBackward(parts, pass.feedForwardNorm, normed, gradient);
  const attended = dropResidual(block, 'attention', middle);
  const mixed = throughNorm(parts, pass.postAttentionNorm, attended);
  const heads = ops.sumOfProducts(linearBackward(parts, pass.attentionOutput, mixed));
  const gradients = attentionBackward(parts, pass.attention, heads);
  if (pass.index === 0 && !parts.trained.gradientOf(parts.model.embedding)) {
    projectBackwardToWeights(parts, pass.projections, gradients);
    return undefined;
  }
  const projected = projectBackward(parts, pass.projections, gradients);
  return normBackward(parts, pass.attentionNorm, projected, middle);
}

const throughNorm = (parts: GraphParts, norm: NormPass | undefined, gradient: Tensor) =>
  norm ? normBackward(parts, norm, gradient) : gradient;
