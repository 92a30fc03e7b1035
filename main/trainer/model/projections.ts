import type { Tensor } from '../device/tensor.ts';
import { columnsOf, concatColumns } from '../ops/layout.ts';
import { sumOfProducts } from '../ops/product.ts';
import type { GraphContext } from './graph-context.ts';
import { hasLinear, runLinear, type Layer } from './layers.ts';
import { linearBackward, linearBackwardToWeights, type LinearPass } from './linear.ts';

/** One tensor each for queries [D · heads, T], keys and values [D · keyValueHeads, T]. */
export interface QueriesKeysValues {
  queries: Tensor;
  keys: Tensor;
  values: Tensor;
}

/** Result of the projections before attention: three layers, or one that holds all three. */
export interface ProjectionPass extends QueriesKeysValues {
  layers: readonly LinearPass[];
}

/** Projects the normed residual stream [embeddingLength, T]. */
export function projectForward(layer: Layer, input: Tensor): ProjectionPass {
  if (hasLinear(layer, 'attn_qkv')) return projectFused(layer, input);
  const q = runLinear(layer, 'attn_q', input);
  const k = runLinear(layer, 'attn_k', input);
  const v = runLinear(layer, 'attn_v', input);
  return { layers: [q, k, v], queries: q.output, keys: k.output, values: v.output };
}

/** Gradient of the input of the projections for the gradients of their outputs. */
export function projectBackward(
  context: GraphContext,
  { layers }: ProjectionPass,
  gradients: QueriesKeysValues,
): Tensor {
  const byLayer = gradientsByLayer(context, layers, gradients);
  return sumOfProducts(
    context.graph,
    byLayer.flatMap(({ pass, gradient }) => linearBackward(context, pass, gradient)),
  );
}

/** Backward pass of projections whose input has no trained parameters before it. */
export function projectBackwardToWeights(
  context: GraphContext,
  { layers }: ProjectionPass,
  gradients: QueriesKeysValues,
): void {
  for (const { pass, gradient } of gradientsByLayer(context, layers, gradients))
    linearBackwardToWeights(context, pass, gradient);
}

function projectFused(layer: Layer, input: Tensor): ProjectionPass {
  const { graph, model } = layer.context;
  const { heads, keyValueHeads, headLength } = model.parameters;
  const pass = runLinear(layer, 'attn_qkv', input);
  const [queries, keys] = [heads * headLength, keyValueHeads * headLength];
  const take = (first: number, length: number) => columnsOf(graph, pass.output, first, length);
  return {
    layers: [pass],
    queries: take(0, queries),
    keys: take(queries, keys),
    values: take(queries + keys, keys),
  };
}

function gradientsByLayer(
  { graph }: GraphContext,
  layers: readonly LinearPass[],
  { queries, keys, values }: QueriesKeysValues,
) {
  const gradients =
    layers.length > 1
      ? [queries, keys, values]
      : [concatColumns(graph, concatColumns(graph, queries, keys), values)];
  return layers.flatMap((pass, index) => {
    const gradient = gradients[index];
    return gradient ? [{ pass, gradient }] : [];
  });
}
