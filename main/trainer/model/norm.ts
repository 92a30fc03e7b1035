import type { Tensor } from '../device/tensor.ts';
import type { GraphParts } from './graph-context.ts';
import { addGradient } from './weight-gradients.ts';

/** Result of a norm with what its backward pass needs. */
export interface NormPass {
  /** [width, …]: every row is normed by itself. */
  input: Tensor;
  /** [width]. */
  weight: Tensor;
  /** Of the extents of the input. */
  output: Tensor;
}

/** RMS norm of each row, times a weight per column. */
export function normForward({ graph, model }: GraphParts, input: Tensor, weight: Tensor): NormPass {
  const { ops } = graph;
  const output = ops.mul(ops.rmsNorm(input, model.parameters.normEpsilon), weight);
  return { input, weight, output };
}

/**
 * Gradient of the input of a norm for the gradient of its output, plus a residual of the same
 * extents where one is given; adds the gradient of the weight to its sum.
 */
export function normBackward(
  parts: GraphParts,
  { input, weight }: NormPass,
  gradient: Tensor,
  residual?: Tensor,
): Tensor {
  const { ops } = parts.graph;
  const { normEpsilon } = parts.model.parameters;
  addGradient(parts, weight, () =>
    ops.repeatBack(ops.mul(ops.rmsNorm(input, normEpsilon), gradient), weight),
  );
  return ops.rmsNormBack({ x: input, weight, gradient, residual }, normEpsilon);
}
