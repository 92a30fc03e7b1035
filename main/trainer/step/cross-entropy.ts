import type { GraphContext } from '../model/graph-context.ts';
import { headBackward, headForward } from '../model/head.ts';
import { normBackward, normForward } from '../model/norm.ts';
import { elementType, type Tensor } from '../device/tensor.ts';
import { add, fill, mul } from '../ops/arithmetic.ts';
import { concatRows, getRows, reshape, rowsOf, setRows } from '../ops/layout.ts';
import { softmax } from '../ops/activation.ts';

/** Rows of logits computed at once: bounds the memory of the widest tensors of a step. */
export const logitChunkRows = 256;
/** Smallest positive 32-bit float: a probability that underflows still has a finite loss. */
const smallestProbability = 1.4e-45;

/** Inputs of the loss for `count` rows; rows beyond the trained ones are padding. */
export interface LossInputs {
  /** [count] I32: distinct token indices whose outputs are scored. */
  rows: Tensor;
  /** One [rows of chunk] I32 per chunk: row in chunk · vocabulary + target token. */
  targets: Tensor[];
}

/** Inputs of the gradient of a loss over `count` rows. */
export interface LossGradientInputs {
  /** [1, count]: 1 for a trained row, 0 for padding. */
  weights: Tensor;
  /** [1, 1]: the constant −1. */
  minusOne: Tensor;
}

/** Declares the inputs of a loss over `count` rows. */
export function declareLossInputs({ graph }: GraphContext, count: number): LossInputs {
  const { i32 } = elementType;
  return {
    rows: graph.input([count], i32),
    targets: chunkSizes(count).map((size) => graph.input([size], i32)),
  };
}

/** Declares what the gradient of that loss reads beside it. */
export const declareLossGradientInputs = (
  { graph }: GraphContext,
  count: number,
): LossGradientInputs => ({
  weights: graph.input([1, count]),
  minusOne: graph.input([1, 1]),
});

/**
 * The forward half of `crossEntropy`: the probabilities of the targets (outputs, one [1, rows] per
 * chunk), and no gradient.
 */
export function scoreTargets(context: GraphContext, stream: Tensor, inputs: LossInputs): Tensor[] {
  const { graph, model } = context;
  const norm = normForward(context, getRows(graph, stream, inputs.rows), model.outputNorm);
  let first = 0;
  return inputs.targets.map((targets) => {
    const hidden = rowsOf(graph, norm.output, first, targets.ne[0]);
    first += targets.ne[0];
    return scoreChunk(context, hidden, targets).probabilities;
  });
}

/**
 * Cross-entropy of the trained rows, summed, and its gradient; those of a trained head and norm
 * are added to their sums. Only these rows of the residual
 * stream [embeddingLength, tokens] reach the LM head. Returns the gradient of the stream and the
 * probabilities of the targets (outputs, one [1, rows] per chunk).
 */
export function crossEntropy(
  context: GraphContext,
  stream: Tensor,
  inputs: LossInputs & LossGradientInputs,
) {
  const { graph, model } = context;
  const norm = normForward(context, getRows(graph, stream, inputs.rows), model.outputNorm);
  const probabilities: Tensor[] = [];
  let gradient: Tensor | undefined;
  let first = 0;
  for (const targets of inputs.targets) {
    const count = targets.ne[0];
    const weights = rowsOf(graph, inputs.weights, first, count);
    const hidden = rowsOf(graph, norm.output, first, count);
    const chunk = headChunk(context, hidden, { targets, weights, minusOne: inputs.minusOne });
    probabilities.push(chunk.probabilities);
    graph.require(chunk.gradient);
    gradient = gradient ? concatRows(graph, gradient, chunk.gradient) : chunk.gradient;
    first += count;
  }
  if (!gradient) throw new RangeError('A loss needs at least one row');
  const selectedGradient = normBackward(context, norm, mul(graph, gradient, inputs.weights));
  const zeros = fill(graph, stream, 0);
  return {
    gradient: setRows(graph, zeros, selectedGradient, inputs.rows),
    probabilities,
  };
}

/** Sum of −ln p in nats over the first `count` rows; NaN as soon as one probability is NaN. */
export function sumLoss(probabilities: readonly Float32Array[], count: number): number {
  const used = probabilities.flatMap((chunk) => Array.from(chunk)).slice(0, count);
  return used.reduce(
    (sum, p) => sum - Math.log(p < smallestProbability ? smallestProbability : p),
    0,
  );
}

/** Index inputs of every chunk for targets padded to `count` rows (padding points at token 0). */
export function chunkTargets(targets: Int32Array, count: number, vocabulary: number): Int32Array[] {
  let first = 0;
  return chunkSizes(count).map((size) => {
    const start = first;
    first += size;
    return Int32Array.from(
      { length: size },
      (_, row) => row * vocabulary + (targets[start + row] ?? 0),
    );
  });
}

/**
 * For hidden states [embeddingLength, rows]: probabilities p of the targets, and the gradient of
 * Σ −ln p, which for the logits is softmax − onehot: no dense label matrix is needed.
 */
function headChunk(
  context: GraphContext,
  hidden: Tensor,
  { targets, weights, minusOne }: { targets: Tensor; weights: Tensor; minusOne: Tensor },
) {
  const { graph, model } = context;
  const { head, flat, probabilities } = scoreChunk(context, hidden, targets);
  const corrected = setRows(graph, flat, add(graph, probabilities, minusOne), targets);
  const logitGradient = reshape(graph, corrected, model.parameters.vocabularySize, hidden.ne[1]);
  const gradient = headBackward(context, head, { gradient: logitGradient, weights });
  return { probabilities, gradient };
}

/** Softmax of hidden states as one column, and of it the probabilities of the targets. */
function scoreChunk(context: GraphContext, hidden: Tensor, targets: Tensor) {
  const { graph, model } = context;
  const head = headForward(context, hidden);
  const all = softmax(graph, head.logits);
  const flat = reshape(graph, all, 1, model.parameters.vocabularySize * hidden.ne[1]);
  const probabilities = getRows(graph, flat, targets);
  graph.requireOutput(probabilities);
  return { head, flat, probabilities };
}

const chunkSizes = (count: number) =>
  Array.from({ length: Math.ceil(count / logitChunkRows) }, (_, index) =>
    Math.min(logitChunkRows, count - index * logitChunkRows),
  );
