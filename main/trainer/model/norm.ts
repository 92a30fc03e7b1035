import type { Tensor } from '../device/tensor.ts';
import { mul, repeatBackward } from '../ops/arithmetic.ts';
import { rmsNorm, rmsNormBackward } from '../ops/norm.ts';
import type { GraphContext } from './graph-context.ts';
import { addGradient } from './linear.ts';

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
export function normForward(
  { graph, model }: GraphContext,
  input: Tensor,
  weight: Tensor,
): NormPass {
  const normed = rmsNorm(graph, input, model.parameters.normEpsilon);
  return { input, weight, output: mul(graph, normed, weight) };
}

/**
 * Gradient of the input of a norm for the gradient of its output, plus a residual of the same
 * extents where one is given; adds the gradient of the weight to its sum.
 */
export function normBackward(
  context: GraphContext,
  { input, weight }: NormPass,
  gradient: Tensor,
  residual?: Tensor,
): Tensor {
  const { graph, model } = context;
  const { normEpsilon } = model.parameters;
  addGradient(context, weight, () => {
    const normed = rmsNorm(graph, input, normEpsilon);
    return repeatBackward(graph, mul(graph, normed, gradient), weight);
  });
  return rmsNormBackward(graph, { x: input, weight, gradient, residual }, normEpsilon);
}
