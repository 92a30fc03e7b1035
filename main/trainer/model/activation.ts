import { architectures } from '../../engines/gguf/model/architectures.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { GraphParts } from './graph-parts.ts';

/** √(8/π): gelu(x) ≈ x · sigmoid(√(8/π) · (x + 0.044715 · x³)), Hendrycks and Gimpel 2016. */
const geluSlope = Math.sqrt(8 / Math.PI);
const geluCube = 0.044715;

const usesGelu = ({ model }: GraphParts): boolean => {
  const kind: string = architectures[model.parameters.architecture].activation;
  return kind === 'gelu';
};

/** The activation of the gate, as llama.cpp computes it. */
export function activate(parts: GraphParts, gate: Tensor): Tensor {
  const { ops } = parts.graph;
  return usesGelu(parts) ? ops.gelu(gate) : ops.silu(gate);
}

/** Gradient of the gate for the gradient of its activation. */
export function activateBack(parts: GraphParts, gradient: Tensor, gate: Tensor): Tensor {
  const { ops } = parts.graph;
  return usesGelu(parts) ? geluBack(parts, gradient, gate) : ops.siluBack(gradient, gate);
}

/**
 * With z = √(8/π)·(x + c·x³) and s = sigmoid(z), gelu' = s · (1 + x·z'·(1 − s)): ggml has no
 * operation for it.
 */
function geluBack({ graph }: GraphParts, gradient: Tensor, x: Tensor): Tensor {
  const { ops } = graph;
  const square = ops.mul(x, x);
  const s = ops.sigmoid(ops.mul(x, ops.scaleAndShift(square, geluSlope * geluCube, geluSlope)));
  const zSlope = ops.scaleAndShift(square, 3 * geluSlope * geluCube, geluSlope);
  const rising = ops.mul(ops.mul(x, zSlope), ops.scaleAndShift(s, -1, 1));
  return ops.mul(gradient, ops.mul(s, ops.scaleAndShift(rising, 1, 1)));
}
