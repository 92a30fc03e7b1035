import { architectures } from '../../gguf/model/architectures.ts';
import type { GateInputs } from '../ops/arithmetic.ts';
import { elementType, type Tensor } from '../device/tensor.ts';
import type { GraphParts } from './graph-context.ts';

/** √(8/π): gelu(x) ≈ x · sigmoid(√(8/π) · (x + 0.044715 · x³)), Hendrycks and Gimpel 2016. */
const geluSlope = Math.sqrt(8 / Math.PI);
const geluCube = 0.044715;

const usesGelu = ({ model }: GraphParts): boolean => {
  const kind: string = architectures[model.parameters.architecture].activation;
  return kind === 'gelu';
};

/** activation(gate) ⊙ up, of a feed-forward part: all [feedForwardLength, tokens]. */
export function applyGate(parts: GraphParts, { gate, up }: GateInputs): Tensor {
  const { ops } = parts.graph;
  return usesGelu(parts) ? ops.mul(gelu(parts, gate), up) : ops.gate(gate, up);
}

/** Gradients of gate and up for that of `applyGate`, whose activation is computed again. */
export function gateBack(
  parts: GraphParts,
  { gate, up }: GateInputs,
  gradient: Tensor,
): GateInputs {
  const { ops } = parts.graph;
  if (!usesGelu(parts)) return ops.gateBack({ gate, up }, gradient);
  return {
    gate: geluBack(parts, ops.mul(gradient, up), gate),
    up: ops.mul(gradient, gelu(parts, gate)),
  };
}

/**
 * For gelu the CPU library of ggml looks up rounded values: a model of F32 gets the function
 * itself, whose slope its gradients are; others get what llama.cpp computes, because rounding
 * activations to bytes would amplify the difference.
 */
function gelu(parts: GraphParts, gate: Tensor): Tensor {
  const { ops } = parts.graph;
  if (parts.model.computeType !== elementType.f32) return ops.gelu(gate);
  return ops.mul(gate, geluShare(parts, gate, ops.mul(gate, gate)));
}

/** sigmoid(√(8/π)·(x + c·x³)), for x and its square. */
function geluShare({ graph }: GraphParts, x: Tensor, square: Tensor): Tensor {
  const { ops } = graph;
  return ops.sigmoid(ops.mul(x, ops.scaleAndShift(square, geluSlope * geluCube, geluSlope)));
}

/**
 * With z = √(8/π)·(x + c·x³) and s = sigmoid(z), gelu' = s · (1 + x·z'·(1 − s)): ggml has no
 * operation for it.
 */
function geluBack(parts: GraphParts, gradient: Tensor, x: Tensor): Tensor {
  const { ops } = parts.graph;
  const square = ops.mul(x, x);
  const share = geluShare(parts, x, square);
  const slope = ops.scaleAndShift(square, 3 * geluSlope * geluCube, geluSlope);
  const rising = ops.mul(ops.mul(x, slope), ops.scaleAndShift(share, -1, 1));
  return ops.mul(gradient, ops.mul(share, ops.scaleAndShift(rising, 1, 1)));
}
