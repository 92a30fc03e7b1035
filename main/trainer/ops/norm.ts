import type { ComputeGraph } from '../device/compute-graph.ts';
import type { Tensor } from '../device/tensor.ts';
import { add, mul } from './arithmetic.ts';
import { floatBits, kernelNode, withKernels } from './kernel.ts';
import { areFloats, areFloatsAlike, floats, requireShapes } from './shapes.ts';

/** Operands of `rmsNormBackward`. */
export interface NormBackwardInputs {
  x: Tensor;
  weight: Tensor;
  gradient: Tensor;
  residual?: Tensor | undefined;
}

/** Rows of x divided by the root of their mean square plus epsilon. */
export function rmsNorm(graph: ComputeGraph, x: Tensor, epsilon: number): Tensor {
  requireShapes(areFloats(x), 'rmsNorm', x);
  return floats(graph.ggml.ggml_rms_norm(graph.context, x.pointer, epsilon), x.ne);
}

/**
 * Gradient of x [n, …] for that of rmsNorm(x) ⊙ weight [n], plus a residual of the extents of x
 * where one is given: one node of ours (kernels/rms-norm-back.c), or ggml's operations.
 */
export function rmsNormBackward(
  graph: ComputeGraph,
  { x, weight, gradient, residual }: NormBackwardInputs,
  epsilon: number,
): Tensor {
  const fits = areFloatsAlike(gradient, x) && weight.ne[0] === x.ne[0] && weight.ne[1] === 1;
  const isAddable = !residual || areFloatsAlike(residual, x);
  const isValid = fits && isAddable && areFloats(weight);
  requireShapes(isValid, 'rmsNormBackward', gradient, x, weight);
  const own = withKernels(graph);
  if (!own) {
    const result = unweightedBackward(
      graph,
      { x, gradient: mul(graph, gradient, weight) },
      epsilon,
    );
    return residual ? add(graph, residual, result) : result;
  }
  const operands = residual ? [x, gradient, weight, residual] : [x, gradient, weight];
  const sources = operands.map(({ pointer }) => pointer);
  const call = { name: 'rms_norm_back', sources, settings: floatBits(epsilon) } as const;
  return floats(kernelNode(own, call, x.ne), x.ne);
}

/** Gradient of x for that of rmsNorm(x). */
function unweightedBackward(
  graph: ComputeGraph,
  { x, gradient }: { x: Tensor; gradient: Tensor },
  epsilon: number,
): Tensor {
  const operands = [gradient.pointer, x.pointer] as const;
  const native = graph.ggml.ggml_rms_norm_back(graph.context, ...operands, epsilon);
  return graph.device.supports(native)
    ? floats(native, x.ne)
    : composedRmsNormBackward(graph, { x, gradient }, epsilon);
}

/**
 * (g − x · Σ(g ⊙ x) / (n · m)) / √m with m = Σx² / n + epsilon, over each row of n elements, for
 * devices without ggml's own (Metal, in ggml 0.23.0).
 */
export function composedRmsNormBackward(
  { ggml, context }: ComputeGraph,
  { x, gradient }: { x: Tensor; gradient: Tensor },
  epsilon: number,
): Tensor {
  const count = x.ne[0];
  const squares = ggml.ggml_sum_rows(context, ggml.ggml_sqr(context, x.pointer));
  const mean = ggml.ggml_scale_bias(context, squares, 1 / count, epsilon);
  const products = ggml.ggml_mul(context, gradient.pointer, x.pointer);
  const dots = ggml.ggml_sum_rows(context, products);
  const factor = ggml.ggml_div(context, ggml.ggml_scale(context, dots, -1 / count), mean);
  const along = ggml.ggml_mul(context, x.pointer, factor);
  const difference = ggml.ggml_add(context, gradient.pointer, along);
  return floats(ggml.ggml_div(context, difference, ggml.ggml_sqrt(context, mean)), x.ne);
}
