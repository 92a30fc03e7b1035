import type { Tensor } from '../device/tensor.ts';
import { applyGate, gateBack } from './activation.ts';
import type { GraphParts } from './graph-context.ts';
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
  const inner = gateAndUp(block, input);
  const product = applyGate(block.parts, inner);
  return { ...inner, down: runLinear(block, 'ffn_down', product) };
}

/** Gradient of the input of the feed-forward part for the gradient of its output. */
export function feedForwardBackward(
  parts: GraphParts,
  { layers, gate, up, down }: FeedForwardPass,
  gradient: Tensor,
): Tensor {
  const { ops } = parts.graph;
  const product = ops.sumOfProducts(linearBackward(parts, down, gradient));
  const inner = gateBack(parts, { gate, up }, product);
  const [first, second] = layers;
  if (!first) throw new RangeError('A feed-forward part needs a layer');
  const terms = second
    ? [...linearBackward(parts, first, inner.gate), ...linearBackward(parts, second, inner.up)]
    : linearBackward(parts, first, ops.concatSections(inner.gate, inner.up));
  return ops.sumOfProducts(terms);
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
