import type { ComputeGraph } from '../device/compute-graph.ts';
import type { Extents, Tensor } from '../device/tensor.ts';
import { mul, scaleBias, sigmoid } from './arithmetic.ts';
import { kernelNode, withKernels } from './kernel.ts';
import { viewAt } from './layout.ts';
import { areFloats, areFloatsAlike, floats, requireShapes } from './shapes.ts';

/** Operands of a gated linear unit, of equal extents, or their gradients. */
export interface GatedPair {
  gate: Tensor;
  up: Tensor;
}

/** silu(gate) ⊙ up: one node of ours (kernels/swiglu.c), or ggml's operations. */
export function swiglu(graph: ComputeGraph, { gate, up }: GatedPair): Tensor {
  requireShapes(areFloatsAlike(gate, up), 'swiglu', gate, up);
  const own = withKernels(graph);
  if (!own) return mul(graph, silu(graph, gate), up);
  const sources = [gate.pointer, up.pointer];
  return floats(kernelNode(own, { name: 'swiglu', sources }, gate.ne), gate.ne);
}

/** Gradients of gate and up, both [n, tokens], for that of `swiglu`, which is computed again. */
export function swigluBackward(
  graph: ComputeGraph,
  { gate, up }: GatedPair,
  gradient: Tensor,
): GatedPair {
  const fits = areFloatsAlike(gate, up) && areFloatsAlike(gate, gradient);
  const isMatrix = gate.ne[2] === 1 && gate.ne[3] === 1;
  requireShapes(fits && isMatrix, 'swigluBackward', gate, up, gradient);
  const own = withKernels(graph);
  if (!own) {
    const slope = siluBackward(graph, mul(graph, gradient, up), gate);
    return { gate: slope, up: mul(graph, gradient, silu(graph, gate)) };
  }
  const [length, tokens] = gate.ne;
  const sources = [gate, up, gradient].map(({ pointer }) => pointer);
  const ne: Extents = [length, tokens, 2, 1];
  const both = floats(kernelNode(own, { name: 'swiglu_back', sources }, ne), ne);
  const half = (first: number) => viewAt(graph, both, first, length, tokens);
  return { gate: half(0), up: half(length * tokens) };
}

/** x · sigmoid(x). */
function silu(graph: ComputeGraph, x: Tensor): Tensor {
  requireShapes(areFloats(x), 'silu', x);
  return floats(graph.ggml.ggml_silu(graph.context, x.pointer), x.ne);
}

function siluBackward(graph: ComputeGraph, gradient: Tensor, x: Tensor): Tensor {
  requireShapes(areFloatsAlike(gradient, x), 'siluBackward', gradient, x);
  return floats(graph.ggml.ggml_silu_back(graph.context, gradient.pointer, x.pointer), x.ne);
}

/** √(8/π): gelu(x) ≈ x · sigmoid(√(8/π) · (x + 0.044715 · x³)), Hendrycks and Gimpel 2016. */
const geluSlope = Math.sqrt(8 / Math.PI);
const geluCube = 0.044715;

/** gelu(gate) ⊙ up; `isExact` composes the function that `gegluBackward` is the slope of. */
export const geglu = (graph: ComputeGraph, { gate, up }: GatedPair, isExact: boolean): Tensor =>
  mul(graph, gelu(graph, gate, isExact), up);

/** Gradients of gate and up for that of `geglu`, which is computed again. */
export const gegluBackward = (
  graph: ComputeGraph,
  { gate, up }: GatedPair,
  { gradient, isExact }: { gradient: Tensor; isExact: boolean },
): GatedPair => ({
  gate: geluBackward(graph, mul(graph, gradient, up), gate),
  up: mul(graph, gradient, gelu(graph, gate, isExact)),
});

/** x · Φ(x), approximated by tanh; ggml looks it up in a table of 16-bit floats on the CPU. */
function gelu(graph: ComputeGraph, x: Tensor, isExact: boolean): Tensor {
  requireShapes(areFloats(x), 'gelu', x);
  if (isExact) return mul(graph, x, geluShare(graph, x, mul(graph, x, x)));
  return floats(graph.ggml.ggml_gelu(graph.context, x.pointer), x.ne);
}

/** sigmoid(√(8/π)·(x + c·x³)), for x and its square. */
const geluShare = (graph: ComputeGraph, x: Tensor, square: Tensor): Tensor =>
  sigmoid(graph, mul(graph, x, scaleBias(graph, square, geluSlope * geluCube, geluSlope)));

/**
 * With z = √(8/π)·(x + c·x³) and s = sigmoid(z), gelu' = s · (1 + x·z'·(1 − s)): ggml has no
 * operation for it.
 */
function geluBackward(graph: ComputeGraph, gradient: Tensor, x: Tensor): Tensor {
  const square = mul(graph, x, x);
  const share = geluShare(graph, x, square);
  const slope = scaleBias(graph, square, 3 * geluSlope * geluCube, geluSlope);
  const rising = mul(graph, mul(graph, x, slope), scaleBias(graph, share, -1, 1));
  return mul(graph, gradient, mul(graph, share, scaleBias(graph, rising, 1, 1)));
}

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
 * ggml 0.23.0).
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
