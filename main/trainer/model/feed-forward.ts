import { architectures } from '../../gguf/model/architectures.ts';
import { elementType, type Tensor } from '../device/tensor.ts';
import { geglu, gegluBackward, swiglu, swigluBackward, type GatedPair } from '../ops/activation.ts';
import { columnsOf, concatColumns } from '../ops/layout.ts';
import { sumOfProducts } from '../ops/product.ts';
import type { GraphContext } from './graph-context.ts';
import { hasLinear, runLinear, type Layer } from './layers.ts';
import { linearBackward, type LinearPass } from './linear.ts';

/** Result of the feed-forward layers with what their backward pass needs. */
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
export function feedForward(layer: Layer, input: Tensor): FeedForwardPass {
  const inner = gateAndUp(layer, input);
  return { ...inner, down: runLinear(layer, 'ffn_down', activate(layer.context, inner)) };
}

/** Gradient of the input of the feed-forward layers for the gradient of their output. */
export function feedForwardBackward(
  context: GraphContext,
  { layers, gate, up, down }: FeedForwardPass,
  gradient: Tensor,
): Tensor {
  const { graph } = context;
  const product = sumOfProducts(graph, linearBackward(context, down, gradient));
  const inner = activateBackward(context, { gate, up }, product);
  const [first, second] = layers;
  if (!first) throw new RangeError('Feed-forward needs a layer');
  const terms = second
    ? [...linearBackward(context, first, inner.gate), ...linearBackward(context, second, inner.up)]
    : linearBackward(context, first, concatColumns(graph, inner.gate, inner.up));
  return sumOfProducts(graph, terms);
}

function gateAndUp(layer: Layer, input: Tensor): Omit<FeedForwardPass, 'down'> {
  const { graph, model } = layer.context;
  if (hasLinear(layer, 'ffn_gate')) {
    const gate = runLinear(layer, 'ffn_gate', input);
    const up = runLinear(layer, 'ffn_up', input);
    return { layers: [gate, up], gate: gate.output, up: up.output };
  }
  const { feedForwardLength: length } = model.parameters;
  const both = runLinear(layer, 'ffn_up', input);
  return {
    layers: [both],
    gate: columnsOf(graph, both.output, 0, length),
    up: columnsOf(graph, both.output, length, length),
  };
}

function activate(context: GraphContext, pair: GatedPair): Tensor {
  const { graph } = context;
  return usesGelu(context) ? geglu(graph, pair, isExact(context)) : swiglu(graph, pair);
}

/** Gradients of gate and up for that of the product, whose activation is computed again. */
function activateBackward(context: GraphContext, pair: GatedPair, gradient: Tensor): GatedPair {
  const { graph } = context;
  return usesGelu(context)
    ? gegluBackward(graph, pair, { gradient, isExact: isExact(context) })
    : swigluBackward(graph, pair, gradient);
}

const usesGelu = ({ model }: GraphContext): boolean => {
  const kind: string = architectures[model.parameters.architecture].activation;
  return kind === 'gelu';
};

/**
 * For gelu the CPU library of ggml looks up rounded values: a model of F32 gets the function
 * itself, whose slope its gradients are; others get what llama.cpp computes, because rounding
 * activations to bytes would amplify the difference.
 */
const isExact = ({ model }: GraphContext): boolean => model.computeType === elementType.f32;
