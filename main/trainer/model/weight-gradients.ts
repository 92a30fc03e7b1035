import type { Tensor } from '../device/tensor.ts';
import type { GraphParts } from './graph-context.ts';

/** Adds a gradient to the sum of a weight; the gradient is built only when the weight is trained. */
export function addGradient(
  { graph, trained }: GraphParts,
  weight: Tensor,
  build: () => Tensor,
): void {
  const sum = trained.gradientOf(weight);
  if (sum) graph.require(graph.ops.addInPlace(sum, build()));
}

/**
 * Adds the gradient of a matrix W [in, out] of y = W·x to its sum: Σ over tokens of x ⊗ dy, for
 * x [in, tokens] and dy [out, tokens].
 */
export function addMatrixGradient(
  parts: GraphParts,
  weight: Tensor,
  { input, gradient }: { input: Tensor; gradient: Tensor },
): void {
  const { graph, trained } = parts;
  const sum = trained.gradientOf(weight);
  if (!sum) return;
  const { ops } = graph;
  if (ops.hasKernels) graph.require(ops.addOuterProduct(sum, input, gradient));
  // As a product of transposes, because ggml's outer product is slow where both are wide.
  else {
    const turned = ops.cont(ops.transpose(gradient));
    graph.require(ops.addInPlace(sum, ops.mulMat(turnedOnce(parts, input), turned)));
  }
}

/** [in, tokens] as [tokens, in] in the type of products; made once for layers that share an input. */
function turnedOnce({ graph, model, turnedInputs }: GraphParts, input: Tensor): Tensor {
  const known = turnedInputs.get(input);
  if (known) return known;
  const { ops } = graph;
  const view = ops.transpose(input);
  const { computeType } = model;
  const turned = computeType === view.type ? ops.cont(view) : ops.cast(view, computeType);
  turnedInputs.set(input, turned);
  return turned;
}
