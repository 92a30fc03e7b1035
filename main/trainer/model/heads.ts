import type { Tensor } from '../device/tensor.ts';
import type { GraphParts } from './graph-context.ts';

/** Queries [D, heads, T], keys and values [D, keyValueHeads, T]; queries and keys are rotated. */
export interface Heads {
  queries: Tensor;
  keys: Tensor;
  values: Tensor;
}

/** softmax(scale · q·kᵀ)·v over grouped heads, with its backward pass. */
export interface MixedHeads {
  /** [D · heads, T]. */
  output: Tensor;
  /** Gradients of the heads, of their extents, for that of the output. */
  back: (gradient: Tensor) => Heads;
}

/** [D · heads, T] as [D, heads, T]. */
export function byHead({ graph, model }: GraphParts, tensor: Tensor): Tensor {
  const { headLength } = model.parameters;
  const [width, tokens] = tensor.ne;
  return graph.ops.reshape(tensor, headLength, width / headLength, tokens);
}
