import type { Tensor } from '../device/tensor.ts';
import { add, repeatBackward, addInPlace } from '../ops/arithmetic.ts';
import {
  addOuterProduct,
  type ProductTerm,
  scaledMatMul,
  sumOfProducts,
  matMul,
} from '../ops/product.ts';
import type { LoraBranch } from '../weights/trained-weights.ts';
import type { GraphContext } from './graph-context.ts';
import type { LinearWeights } from '../weights/declare-weights.ts';
import { cont, contAs, transpose } from '../ops/layout.ts';
import { dropInput, type BranchInput } from './branch-dropout.ts';

/** Result of a linear layer with what its backward pass needs. */
export interface LinearPass {
  weights: LinearWeights;
  /** Input x [in, tokens]. */
  input: Tensor;
  /** The branch of an adapter and s·A·x [rank, tokens], where the layer has one. */
  branch: BranchPass | undefined;
  /** W·x + B·(s·A·x) + bias [out, tokens]. */
  output: Tensor;
}

interface BranchPass extends BranchInput {
  lora: LoraBranch;
  /** s, and what the kept inputs grow by. */
  scale: number;
  hidden: Tensor;
}

/** y = W·x + B·(s·A·x) + bias: the scale acts on the short side, where it is almost free. */
export function linearForward(
  context: GraphContext,
  weights: LinearWeights,
  input: Tensor,
): LinearPass {
  const { graph } = context;
  const branch = branchForward(context, weights.weight, input);
  const terms: ProductTerm[] = [{ a: weights.weight, b: input }];
  if (branch) terms.push({ a: branch.lora.b.weight, b: branch.hidden, transposed: true });
  const product = sumOfProducts(graph, terms);
  const output = weights.bias ? add(graph, product, weights.bias) : product;
  return { weights, input, branch, output };
}

function branchForward(
  context: GraphContext,
  weight: Tensor,
  input: Tensor,
): BranchPass | undefined {
  const { graph, trained } = context;
  const lora = trained.branchOf(weight);
  if (!lora) return undefined;
  const kept = dropInput(context, weight, input);
  const scale = lora.scale * kept.growth;
  return { ...kept, lora, scale, hidden: scaledMatMul(graph, lora.a.weight, kept.read, scale) };
}

/** Backward pass; the sum of the returned terms is dx = Wᵀ·dy + Aᵀ·du [in, tokens]. */
export function linearBackward(
  context: GraphContext,
  pass: LinearPass,
  gradient: Tensor,
): ProductTerm[] {
  const { weights, branch } = pass;
  accumulateMatrix(context, pass, gradient);
  const hiddenGradient = accumulateBranch(context, pass, gradient);
  const terms = [transposedTerm(weights, gradient)];
  if (branch && hiddenGradient)
    terms.push({
      a: branch.lora.a.weight,
      b: hiddenGradient,
      transposed: true,
      ...(branch.mask && { mask: branch.mask }),
    });
  return terms;
}

/** Backward pass of a layer whose input has no trained parameters before it: no dx. */
export function linearBackwardToWeights(
  context: GraphContext,
  pass: LinearPass,
  gradient: Tensor,
): void {
  accumulateMatrix(context, pass, gradient);
  accumulateBranch(context, pass, gradient);
}

/** Wᵀ·dy, by a transposed copy of W where the model holds one. */
export const transposedTerm = (
  { weight, transposed }: LinearWeights,
  gradient: Tensor,
): ProductTerm =>
  transposed ? { a: transposed, b: gradient } : { a: weight, b: gradient, transposed: true };

/**
 * Adds the gradients of A and B to their sums and returns du = s·Bᵀ·dy [rank, tokens]:
 * dBᵀ += Σ dy ⊗ (s·A·x), dA += Σ x ⊗ du.
 */
function accumulateBranch(
  context: GraphContext,
  { weights, input, branch }: LinearPass,
  gradient: Tensor,
): Tensor | undefined {
  if (!branch) return undefined;
  const { graph } = context;
  const { a, b } = branch.lora;
  graph.require(addOuterProduct(graph, b.gradient, gradient, branch.hidden));
  const hiddenGradient = scaledMatMul(graph, b.weight, gradient, branch.scale);
  // Made again: what is left of the inputs of all branches takes more memory than their masks.
  const { read } = dropInput(context, weights.weight, input);
  graph.require(addOuterProduct(graph, a.gradient, read, hiddenGradient));
  return hiddenGradient;
}

function accumulateMatrix(
  context: GraphContext,
  { weights, input }: LinearPass,
  gradient: Tensor,
): void {
  const { weight, bias } = weights;
  addMatrixGradient(context, weight, { input, gradient });
  if (bias) addGradient(context, bias, () => repeatBackward(context.graph, gradient, bias));
}

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
