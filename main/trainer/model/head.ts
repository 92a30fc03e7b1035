import type { Tensor } from '../device/tensor.ts';
import type { GraphParts } from './graph-context.ts';
import { turnedTerm } from './linear.ts';
import { addGradient, addMatrixGradient } from './weight-gradients.ts';

/** Result of the LM head with what its backward pass needs. */
export interface HeadPass {
  /** Normed residual stream [embeddingLength, rows]. */
  input: Tensor;
  /** [vocabulary, rows]. */
  logits: Tensor;
}

/** Logits of normed rows; some architectures bend them towards a cap. */
export function headForward({ graph, model }: GraphParts, input: Tensor): HeadPass {
  const { ops } = graph;
  const { weight, bias } = model.head;
  const product = ops.mulMat(weight, input);
  const logits = bias ? ops.add(product, bias) : product;
  const cap = model.parameters.logitSoftcap;
  if (cap === undefined) return { input, logits };
  return { input, logits: ops.scale(ops.tanh(ops.scale(logits, 1 / cap)), cap) };
}

/**
 * Gradient of the input of the head for that of its logits; adds those of a trained head to their
 * sums, each row times its weight [1, rows].
 */
export function headBackward(
  parts: GraphParts,
  { input, logits }: HeadPass,
  { gradient, weights }: { gradient: Tensor; weights: Tensor },
): Tensor {
  const { ops } = parts.graph;
  const { weight, bias } = parts.model.head;
  const product = uncapped(parts, logits, gradient);
  if (parts.trained.gradientOf(weight))
    addMatrixGradient(parts, weight, { input: ops.mul(input, weights), gradient: product });
  if (bias) addGradient(parts, bias, () => ops.repeatBack(ops.mul(product, weights), bias));
  return ops.sumOfProducts([turnedTerm(parts.model.head, product)]);
}

/** d/dx of y = cap · tanh(x / cap) is 1 − (y / cap)². */
function uncapped({ graph, model }: GraphParts, logits: Tensor, gradient: Tensor): Tensor {
  const cap = model.parameters.logitSoftcap;
  if (cap === undefined) return gradient;
  const { ops } = graph;
  const slope = ops.scaleAndShift(ops.mul(logits, logits), -1 / (cap * cap), 1);
  return ops.mul(gradient, slope);
}
