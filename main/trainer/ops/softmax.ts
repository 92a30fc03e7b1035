import type { ComputeGraph } from '../device/compute-graph.ts';
import type { Tensor } from '../device/tensor.ts';
import { areFloats, areFloatsAlike, floats, requireShapes } from './shapes.ts';

/** Softmax of each row. */
export function softmax(graph: ComputeGraph, x: Tensor): Tensor {
  requireShapes(areFloats(x), 'softmax', x);
  return floats(graph.ggml.ggml_soft_max(graph.context, x.pointer), x.ne);
}

/** Softmax of each row of scale · x + mask: x [k, q, heads], mask [k, q] F32. */
export function maskedSoftmax(graph: ComputeGraph, x: Tensor, mask: Tensor, scale: number): Tensor {
  const fits = x.ne[0] === mask.ne[0] && x.ne[1] === mask.ne[1] && areFloats(x, mask);
  requireShapes(fits, 'maskedSoftmax', x, mask);
  const operands = [x.pointer, mask.pointer] as const;
  return floats(graph.ggml.ggml_soft_max_ext(graph.context, ...operands, scale, 0), x.ne);
}

/** Gradient of maskedSoftmax for its result y and the gradient of that; the scale is included. */
export function maskedSoftmaxBackward(
  graph: ComputeGraph,
  gradient: Tensor,
  y: Tensor,
  scale: number,
): Tensor {
  requireShapes(areFloatsAlike(gradient, y), 'maskedSoftmaxBackward', gradient, y);
  const operands = [gradient.pointer, y.pointer] as const;
  const native = graph.ggml.ggml_soft_max_ext_back(graph.context, ...operands, scale, 0);
  return graph.device.supports(native)
    ? floats(native, y.ne)
    : composedSoftmaxBackward(graph, { gradient, y }, scale);
}

/**
 * scale · y ⊙ (g − Σ g ⊙ y), with the sum over each row, for devices without ggml's own (Metal, in
 * ggml 0.25.1).
 */
export function composedSoftmaxBackward(
  { ggml, context }: ComputeGraph,
  { gradient, y }: { gradient: Tensor; y: Tensor },
  scale: number,
): Tensor {
  const sums = ggml.ggml_sum_rows(context, ggml.ggml_mul(context, gradient.pointer, y.pointer));
  const negative = ggml.ggml_scale(context, sums, -1);
  const centred = ggml.ggml_add(context, gradient.pointer, negative);
  return floats(ggml.ggml_scale(context, ggml.ggml_mul(context, centred, y.pointer), scale), y.ne);
}
