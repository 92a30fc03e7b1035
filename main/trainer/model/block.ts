import type { Tensor } from '../device/tensor.ts';
import { attentionBackward, attentionForward, type AttentionPass } from './attention.ts';
import { feedForward, feedForwardBackward, type FeedForwardPass } from './feed-forward.ts';
import type { GraphContext } from './graph-context.ts';
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
import { add } from '../ops/arithmetic.ts';
import { sumOfProducts } from '../ops/product.ts';

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
export function blockForward(context: GraphContext, index: number, input: Tensor): BlockPass {
  const { graph } = context;
  const layer = { context, index };
  const attentionNorm = requireNorm(layer, 'attn_norm', input);
  const projections = projectForward(layer, attentionNorm.output);
  const attention = attentionForward(layer, projections);
  const attentionOutput = runLinear(layer, 'attn_output', attention.output);
  const postAttentionNorm = runNorm(layer, 'post_attention_norm', attentionOutput.output);
  const attended = postAttentionNorm?.output ?? attentionOutput.output;
  const middle = add(graph, input, dropResidual(layer, 'attention', attended));
  const feedForwardNorm = requireNorm(layer, 'ffn_norm', middle);
  const inner = feedForward(layer, feedForwardNorm.output);
  const postFeedForwardNorm = runNorm(layer, 'post_ffw_norm', inner.down.output);
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
    output: add(graph, middle, dropResidual(layer, 'feedForward', fed)),
  };
}

/**
 * Backward pass of one block for the gradient of its output: adds the gradients of trained weights
 * to their sums and returns the gradient of the input. With an adapter nothing before block 0 is
 * trained, so for it the result is undefined and the widest part of the work is left out.
 */
export function blockBackward(
  context: GraphContext,
  pass: BlockPass,
  gradient: Tensor,
): Tensor | undefined {
  const { graph } = context;
  const layer = { context, index: pass.index };
  const fed = dropResidual(layer, 'feedForward', gradient);
  const added = throughNorm(context, pass.postFeedForwardNorm, fed);
  const normed = feedForwardBackward(context, pass.feedForward, added);
  const middle = normBackward(context, pass.feedForwardNorm, normed, gradient);
  const attended = dropResidual(layer, 'attention', middle);
  const mixed = throughNorm(context, pass.postAttentionNorm, attended);
  const heads = sumOfProducts(graph, linearBackward(context, pass.attentionOutput, mixed));
  const gradients = attentionBackward(context, pass.attention, heads);
  if (pass.index === 0 && !context.trained.gradientOf(context.model.embedding)) {
    projectBackwardToWeights(context, pass.projections, gradients);
    return undefined;
  }
  const projected = projectBackward(context, pass.projections, gradients);
  return normBackward(context, pass.attentionNorm, projected, middle);
}

const throughNorm = (context: GraphContext, norm: NormPass | undefined, gradient: Tensor) =>
  norm ? normBackward(context, norm, gradient) : gradient;
