import type { ProductTerm } from '../ops/product.ts';
import type { Tensor } from '../device/tensor.ts';
import type { FrozenMatrix } from '../weights/declare-weights.ts';
import type { GraphParts } from './graph-context.ts';
import type { LoraBranch } from '../weights/trained-weights.ts';
import { addGradient, addMatrixGradient } from './weight-gradients.ts';

/** Result of a linear layer with what its backward pass needs. */
export interface LinearPass {
  matrix: FrozenMatrix;
  /** Input x [in, tokens]. */
  input: Tensor;
  /** The branch of an adapter and s·A·x [rank, tokens], where the layer has one. */
  branch: { trained: LoraBranch; hidden: Tensor } | undefined;
  /** W·x + B·(s·A·x) + bias [out, tokens]. */
  output: Tensor;
}

/** y = W·x + B·(s·A·x) + bias: the scale acts on the short side, where it is almost free. */
export function linearForward(
  { graph, trained: weights }: GraphParts,
  matrix: FrozenMatrix,
  input: Tensor,
): LinearPass {
  const { ops } = graph;
  const trained = weights.branchOf(matrix.weight);
  const branch = trained && {
    trained,
    hidden: ops.scaledProduct(trained.down.weight, input, trained.scale),
  };
  const terms: ProductTerm[] = [{ a: matrix.weight, b: input }];
  if (branch) terms.push({ a: branch.trained.up.weight, b: branch.hidden, isTurned: true });
  const product = ops.sumOfProducts(terms);
  const output = matrix.bias ? ops.add(product, matrix.bias) : product;
  return { matrix, input, branch, output };
}

/**
 * Adds the gradients of A and B to their sums and returns du = s·Bᵀ·dy [rank, tokens]:
 * dBᵀ += Σ dy ⊗ (s·A·x), dA += Σ x ⊗ du.
 */
function accumulateBranch(
  { graph }: GraphParts,
  { input, branch }: LinearPass,
  gradient: Tensor,
): Tensor | undefined {
  if (!branch) return undefined;
  const { ops } = graph;
  const { down, up, scale } = branch.trained;
  graph.require(ops.addOuterProduct(up.gradient, gradient, branch.hidden));
  const hiddenGradient = ops.scaledProduct(up.weight, gradient, scale);
  graph.require(ops.addOuterProduct(down.gradient, input, hiddenGradient));
  return hiddenGradient;
}

/** Backward pass; the sum of the returned terms is dx = Wᵀ·dy + Aᵀ·du [in, tokens]. */
export function linearBackward(
  parts: GraphParts,
  pass: LinearPass,
  gradient: Tensor,
): ProductTerm[] {
  const { matrix, branch } = pass;
  accumulateMatrix(parts, pass, gradient);
  const hiddenGradient = accumulateBranch(parts, pass, gradient);
  const terms = [turnedTerm(matrix, gradient)];
  if (branch && hiddenGradient)
    terms.push({ a: branch.trained.down.weight, b: hiddenGradient, isTurned: true });
  return terms;
}

/** Wᵀ·dy, by a transposed copy of W where the model holds one. */
export const turnedTerm = ({ weight, transposed }: FrozenMatrix, gradient: Tensor): ProductTerm =>
  transposed ? { a: transposed, b: gradient } : { a: weight, b: gradient, isTurned: true };

/** Backward pass of a layer whose input has no trained parameters before it: no dx. */
export function linearBackwardToWeights(
  parts: GraphParts,
  pass: LinearPass,
  gradient: Tensor,
): void {
  accumulateMatrix(parts, pass, gradient);
  accumulateBranch(parts, pass, gradient);
}

function accumulateMatrix(
  parts: GraphParts,
  { matrix, input }: LinearPass,
  gradient: Tensor,
): void {
  const { weight, bias } = matrix;
  addMatrixGradient(parts, weight, { input, gradient });
  if (bias) addGradient(parts, bias, () => parts.graph.ops.repeatBack(gradient, bias));
}
