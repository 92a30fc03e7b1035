import type { Tensor } from '../device/tensor.ts';
import type { GraphParts } from './graph-context.ts';
import { hasLinear, runLinear, type BlockAt } from './layers.ts';
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
export function projectForward(block: BlockAt, input: Tensor): ProjectionPass {
  if (hasLinear(block, 'attn_qkv')) return projectFused(block, input);
  const q = runLinear(block, 'attn_q', input);
  const k = runLinear(block, 'attn_k', input);
  const v = runLinear(block, 'attn_v', input);
  return { layers: [q, k, v], queries: q.output, keys: k.output, values: v.output };
}

/** Gradient of the input of the projections for the gradients of their outputs. */
export function projectBackward(
  parts: GraphParts,
  { layers }: ProjectionPass,
  gradients: QueriesKeysValues,
): Tensor {
  const parted = partGradients(parts, layers, gradients);
  return parts.graph.ops.sumOfProducts(
    parted.flatMap(({ layer, gradient }) => linearBackward(parts, layer, gradient)),
  );
}

/** Backward pass of projections whose input has no trained parameters before it. */
export function projectBackwardToWeights(
  parts: GraphParts,
  { layers }: ProjectionPass,
  gradients: QueriesKeysValues,
): void {
  for (const { layer, gradient } of partGradients(parts, layers, gradients))
    linearBackwardToWeights(parts, layer, gradient);
}

function projectFused(block: BlockAt, input: Tensor): ProjectionPass {
  const { graph, model } = block.parts;
  const { heads, keyValueHeads, headLength } = model.parameters;
  const layer = runLinear(block, 'attn_qkv', input);
  const [queries, keys] = [heads * headLength, keyValueHeads * headLength];
  const take = (first: number, length: number) => graph.ops.section(layer.output, first, length);
  return {
    layers: [layer],
    queries: take(0, queries),
    keys: take(queries, keys),
    values: take(queries + keys, keys),
  };
}

function partGradients(
  { graph }: GraphParts,
  layers: readonly LinearPass[],
  { queries, keys, values }: QueriesKeysValues,
) {
  const { ops } = graph;
  const gradients =
    layers.length > 1
      ? [queries, keys, values]
      : [ops.concatSections(ops.concatSections(queries, keys), values)];
  return layers.flatMap((layer, index) => {
    const gradient = gradients[index];
    return gradient ? [{ layer, gradient }] : [];
  });
}
