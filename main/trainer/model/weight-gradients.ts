import type { Tensor } from '../device/tensor.ts';
import { addInPlace } from '../ops/arithmetic.ts';
import { cont, contAs, transpose } from '../ops/layout.ts';
import { addOuterProduct, matMul } from '../ops/product.ts';
import type { GraphContext } from './graph-context.ts';

/** Adds a gradient to the sum of a weight; the gradient is built only when the weight is trained. */
export function addGradient(
  { graph, trained }: GraphContext,
  weight: Tensor,
  build: () => Tensor,
): void {
  const sum = trained.gradientOf(weight);
  if (sum) graph.require(addInPlace(graph, sum, build()));
}

/**
 * Adds the gradient of a matrix W [in, out] of y = W·x to its sum: Σ over tokens of x ⊗ dy, for
 * x [in, tokens] and dy [out, tokens].
 */
export function addMatrixGradient(
  context: GraphContext,
  weight: Tensor,
  { input, gradient }: { input: Tensor; gradient: Tensor },
): void {
  const { graph, trained } = context;
  const sum = trained.gradientOf(weight);
  if (!sum) return;
  if (graph.device.kernels) graph.require(addOuterProduct(graph, sum, input, gradient));
  // As a product of transposes, because ggml's outer product is slow where both are wide.
  else {
    const transposed = cont(graph, transpose(graph, gradient));
    const product = matMul(graph, transposedOnce(context, input), transposed);
    graph.require(addInPlace(graph, sum, product));
  }
}

/** [in, tokens] as [tokens, in] in the type of products; made once for layers that share an input. */
function transposedOnce({ graph, model, transposedInputs }: GraphContext, input: Tensor): Tensor {
  const known = transposedInputs.get(input);
  if (known) return known;
  const transposed = contAs(graph, transpose(graph, input), model.computeType);
  transposedInputs.set(input, transposed);
  return transposed;
}
