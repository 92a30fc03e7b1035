import type { ComputeGraph } from '../device/compute-graph.ts';
import type { Tensor } from '../device/tensor.ts';
import { areFloats, areFloatsAlike, floats, isRepeatable, requireShapes } from './shapes.ts';

// Operations element by element, and the sums that are their backward passes.

/** a + b, where b repeats to the extents of a. */
export function add(graph: ComputeGraph, a: Tensor, b: Tensor): Tensor {
  requireShapes(isRepeatable(b.ne, a.ne) && areFloats(a, b), 'add', a, b);
  return floats(graph.ggml.ggml_add(graph.context, a.pointer, b.pointer), a.ne);
}

/** Adds b to a where a lies; the result must be computed before a is read. */
export function addInPlace(graph: ComputeGraph, a: Tensor, b: Tensor): Tensor {
  requireShapes(areFloatsAlike(a, b), 'addInPlace', a, b);
  return floats(graph.ggml.ggml_add_inplace(graph.context, a.pointer, b.pointer), a.ne);
}

/** a ⊙ b, where b repeats to the extents of a. */
export function mul(graph: ComputeGraph, a: Tensor, b: Tensor): Tensor {
  requireShapes(isRepeatable(b.ne, a.ne) && areFloats(a, b), 'mul', a, b);
  return floats(graph.ggml.ggml_mul(graph.context, a.pointer, b.pointer), a.ne);
}

/** a · factor. */
export function scale(graph: ComputeGraph, a: Tensor, factor: number): Tensor {
  requireShapes(areFloats(a), 'scale', a);
  return floats(graph.ggml.ggml_scale(graph.context, a.pointer, factor), a.ne);
}

/** factor · a + bias. */
export function scaleBias(graph: ComputeGraph, a: Tensor, factor: number, bias: number): Tensor {
  requireShapes(areFloats(a), 'scaleBias', a);
  return floats(graph.ggml.ggml_scale_bias(graph.context, a.pointer, factor, bias), a.ne);
}

/** A tensor like a, filled with one value. */
export function fill(graph: ComputeGraph, a: Tensor, value: number): Tensor {
  requireShapes(areFloats(a), 'fill', a);
  return floats(graph.ggml.ggml_fill(graph.context, a.pointer, value), a.ne);
}

/** Hyperbolic tangent. */
export function tanh(graph: ComputeGraph, x: Tensor): Tensor {
  requireShapes(areFloats(x), 'tanh', x);
  return floats(graph.ggml.ggml_tanh(graph.context, x.pointer), x.ne);
}

/** 1 / (1 + exp(−x)). */
export function sigmoid(graph: ComputeGraph, x: Tensor): Tensor {
  requireShapes(areFloats(x), 'sigmoid', x);
  return floats(graph.ggml.ggml_sigmoid(graph.context, x.pointer), x.ne);
}

/** Gradient of a repetition: sums a [n, m, …] down to the extents of b, which repeats to a. */
export function repeatBackward(graph: ComputeGraph, a: Tensor, b: Tensor): Tensor {
  requireShapes(isRepeatable(b.ne, a.ne) && areFloats(a), 'repeatBackward', a, b);
  return floats(graph.ggml.ggml_repeat_back(graph.context, a.pointer, b.pointer), b.ne);
}

/** Sum of squares of all elements → [1]. */
export function sumOfSquares(graph: ComputeGraph, a: Tensor): Tensor {
  requireShapes(areFloats(a), 'sumOfSquares', a);
  const squares = graph.ggml.ggml_sqr(graph.context, a.pointer);
  return floats(graph.ggml.ggml_sum(graph.context, squares), [1, 1, 1, 1]);
}
