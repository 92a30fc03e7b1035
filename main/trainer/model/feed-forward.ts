import type { Tensor } from '../tensor/tensor.ts';
import { activate, activateBack } from './activation.ts';
import type { GraphParts } from './graph-parts.ts';
import { hasLinear, runLinear, type BlockAt } from './layers.ts';
import { linearBackward, type LinearPass } from './linear.ts';

/** Result of the feed-forward part with what its backward pass needs. */
export interface FeedForwardPass {
  /** Gate and up as two layers, or as one layer whose output is the one above the other. */
  layers: readonly LinearPass[];
  /** [feedForwardLength, tokens], before the activation. */
  gate: Tensor;
  /** [feedForwardLength, tokens]. */
  up: Tensor;
  down: LinearPass;
}

/** down · (activation(gate) ⊙ up) of the normed residual stream [embeddingLength, tokens]. */
export function feedForward(block: BlockAt, input: Tensor): FeedForwardPass {
  const { ops } = block.parts.graph;
  const inner = gateAndUp(block, input);
  const product = ops.mul(activate(block.parts, inner.gate), inner.up);
  return { ...inner, down: runLinear(block, 'ffn_down', product) };
}

/** Gradient of the input of the feed-forward part for the gradient of its output. */
export function feedForwardBackward(
  parts: GraphParts,
  { layers, gate, up, down }: FeedForwardPass,
  gradient: Tensor,
): Tensor {
  const { ops } = parts.graph;
  const product = linearBackward(parts, down, gradient);
  // The activation is computed again: cheaper than keeping one more wide tensor per block.
  const upGradient = ops.mul(product, activate(parts, gate));
  const gateGradient = activateBack(parts, ops.mul(product, up), gate);
  const [first, second] = layers;
  if (!first) throw new RangeError('A feed-forward part needs a layer');
  return second
    ? ops.add(linearBackward(parts, first, gateGradient), linearBackward(parts, second, upGradient))
    : linearBackward(parts, first, ops.concatSections(gateGradient, upGradient));
}

function gateAndUp(block: BlockAt, input: Tensor): Omit<FeedForwardPass, 'down'> {
  const { graph, model } = block.parts;
  if (hasLinear(block, 'ffn_gate')) {
    const gate = runLinear(block, 'ffn_gate', input);
    const up = runLinear(block, 'ffn_up', input);
    return { layers: [gate, up], gate: gate.output, up: up.output };
  }
  const { feedForwardLength: length } = model.parameters;
  const both = runLinear(block, 'ffn_up', input);
  return {
    layers: [both],
    gate: graph.ops.section(both.output, 0, length),
    up: graph.ops.section(both.output, length, length),
  };
}
