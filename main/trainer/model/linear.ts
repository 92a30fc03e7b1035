import type { Tensor } from '../tensor/tensor.ts';
import type { FrozenMatrix } from './frozen-model.ts';
import type { GraphParts } from './graph-parts.ts';
import type { LoraBranch } from './lora-adapter.ts';

/** A linear layer: the frozen matrix and its trained branch. */
export interface Linear {
  frozen: FrozenMatrix;
  branch: LoraBranch;
}

/** Result of a linear layer with what its backward pass needs. */
export interface LinearPass {
  linear: Linear;
  /** Input x [in, tokens]. */
  input: Tensor;
  /** s·A·x [rank, tokens], with s = α/r. */
  hidden: Tensor;
  /** W·x + B·(s·A·x) [out, tokens]. */
  output: Tensor;
}

/** y = W·x + B·(s·A·x): the scale acts on the short side, where it is almost free. */
export function linearForward({ graph, adapter }: GraphParts, linear: Linear, input: Tensor) {
  const { ops } = graph;
  const { frozen, branch } = linear;
  const hidden = ops.scale(ops.mulMat(branch.down.weight, input), adapter.scale);
  // As Σ of outer products: a product over 16 values reaches a fifth of the machine's speed.
  const update = ops.outerProduct(branch.up.weight, ops.cont(ops.transpose(hidden)));
  const output = ops.add(ops.mulMat(frozen.weight, input), update);
  return { linear, input, hidden, output } satisfies LinearPass;
}

/**
 * Adds the gradients of A and B to their sums and returns du = s·Bᵀ·dy [rank, tokens]:
 * dBᵀ += Σ dy ⊗ (s·A·x), dA += Σ x ⊗ du.
 */
function accumulateBranch({ graph, adapter }: GraphParts, pass: LinearPass, gradient: Tensor) {
  const { ops } = graph;
  const { down, up } = pass.linear.branch;
  graph.require(ops.addInPlace(up.gradient, ops.outerProduct(gradient, pass.hidden)));
  const hiddenGradient = ops.scale(ops.mulMat(up.weight, gradient), adapter.scale);
  graph.require(ops.addInPlace(down.gradient, ops.outerProduct(pass.input, hiddenGradient)));
  return hiddenGradient;
}

/** Backward pass; returns dx = Wᵀ·dy + Aᵀ·du [in, tokens]. */
export function linearBackward(parts: GraphParts, pass: LinearPass, gradient: Tensor): Tensor {
  const { ops } = parts.graph;
  const hiddenGradient = accumulateBranch(parts, pass, gradient);
  const { frozen, branch } = pass.linear;
  return ops.add(
    ops.mulMat(frozen.transposed, gradient),
    ops.outerProduct(branch.down.weight, ops.cont(ops.transpose(hiddenGradient))),
  );
}

/** Backward pass of a layer whose input has no trained parameters before it: no dx. */
export function linearBackwardToWeights(
  parts: GraphParts,
  pass: LinearPass,
  gradient: Tensor,
): void {
  accumulateBranch(parts, pass, gradient);
}
