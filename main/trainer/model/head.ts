import type { Tensor } from '../device/tensor.ts';
import { add, mul, repeatBackward, scale, scaleBias, tanh } from '../ops/arithmetic.ts';
import { matMul, sumOfProducts } from '../ops/product.ts';
import type { GraphContext } from './graph-context.ts';
import { transposedTerm, addGradient, addMatrixGradient } from './linear.ts';

/** Result of the LM head with what its backward pass needs. */
export interface HeadPass {
  /** Normed residual stream [embeddingLength, rows]. */
  input: Tensor;
  /** [vocabulary, rows]. */
  logits: Tensor;
}

/** Logits of normed rows; some architectures bend them towards a cap. */
export function headForward({ graph, model }: GraphContext, input: Tensor): HeadPass {
  const { weight, bias } = model.head;
  const product = matMul(graph, weight, input);
  const logits = bias ? add(graph, product, bias) : product;
  const softcap = model.parameters.logitSoftcap;
  if (softcap === undefined) return { input, logits };
  const bent = tanh(graph, scale(graph, logits, 1 / softcap));
  return { input, logits: scale(graph, bent, softcap) };
}

/**
 * Gradient of the input of the head for that of its logits; adds those of a trained head to their
 * sums, each row times its weight [1, rows].
 */
export function headBackward(
  context: GraphContext,
  { input, logits }: HeadPass,
  { gradient, weights }: { gradient: Tensor; weights: Tensor },
): Tensor {
  const { graph, model, trained } = context;
  const { weight, bias } = model.head;
  const product = softcapBackward(context, logits, gradient);
  if (trained.gradientOf(weight))
    addMatrixGradient(context, weight, { input: mul(graph, input, weights), gradient: product });
  if (bias)
    addGradient(context, bias, () => repeatBackward(graph, mul(graph, product, weights), bias));
  return sumOfProducts(graph, [transposedTerm(model.head, product)]);
}

/** d/dx of y = softcap · tanh(x / softcap) is 1 − (y / softcap)². */
function softcapBackward({ graph, model }: GraphContext, logits: Tensor, gradient: Tensor): Tensor {
  const softcap = model.parameters.logitSoftcap;
  if (softcap === undefined) return gradient;
  const square = mul(graph, logits, logits);
  return mul(graph, gradient, scaleBias(graph, square, -1 / (softcap * softcap), 1));
}
