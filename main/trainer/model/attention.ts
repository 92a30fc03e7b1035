import type { Tensor } from '../tensor/tensor.ts';
import type { GraphParts } from './graph-parts.ts';

/** Result of attention with what its backward pass needs; D = head length, T = tokens. */
export interface AttentionPass {
  /** Rotated queries [D, T, heads]. */
  queries: Tensor;
  /** Rotated keys [D, keyValueHeads, T]. */
  keys: Tensor;
  /** Values [D, keyValueHeads, T]. */
  values: Tensor;
  /** Attention weights [T keys, T queries, heads]. */
  weights: Tensor;
  /** [D · heads, T]. */
  output: Tensor;
}

/** Gradients of the three projections, each [D · its heads, T]. */
export interface AttentionGradients {
  queries: Tensor;
  keys: Tensor;
  values: Tensor;
}

/** [D, heads, T] as [D, T, heads]. */
const headsLast = [0, 2, 1, 3] as const;
/** [D, heads, T] as [T, D, heads]. */
const tokensFirst = [1, 2, 0, 3] as const;
/** [T, D, heads] as [D, heads, T]. */
const tokensLast = [2, 0, 1, 3] as const;

/** softmax(q·kᵀ/√D + mask)·v over grouped heads; q, k, v as their projections give them. */
export function attentionForward(parts: GraphParts, q: Tensor, k: Tensor, v: Tensor) {
  const { ops } = parts.graph;
  const { headLength, heads, keyValueHeads } = parts.model.parameters;
  const tokens = q.ne[1];
  const rotated = ops.rope(ops.reshape(q, headLength, heads, tokens), parts.angles);
  const queries = ops.cont(ops.permute(rotated, headsLast));
  const keys = ops.rope(ops.reshape(k, headLength, keyValueHeads, tokens), parts.angles);
  const values = ops.reshape(v, headLength, keyValueHeads, tokens);
  const scores = ops.mulMat(ops.cont(ops.permute(keys, headsLast)), queries);
  const weights = ops.maskedSoftMax(scores, parts.mask, scoreScale(parts));
  const mixed = ops.mulMat(ops.cont(ops.permute(values, tokensFirst)), weights);
  const output = ops.reshape(ops.cont(ops.permute(mixed, headsLast)), headLength * heads, tokens);
  return { queries, keys, values, weights, output } satisfies AttentionPass;
}

/**
 * Gradients of attention for the gradient of its output [D · heads, T].
 * Query heads of one key head lie side by side, so for dk and dv they are summed over as one
 * long axis G·T (G = heads / keyValueHeads) and need no reduction afterwards.
 */
export function attentionBackward(
  parts: GraphParts,
  pass: AttentionPass,
  gradient: Tensor,
): AttentionGradients {
  const { ops } = parts.graph;
  const { headLength, heads } = parts.model.parameters;
  const tokens = gradient.ne[1];
  const mixed = ops.cont(ops.permute(ops.reshape(gradient, headLength, heads, tokens), headsLast));
  const values = toBackwardOperand(parts, ops.permute(pass.values, headsLast));
  const weightGradient = ops.mulMat(values, mixed);
  const scores = ops.maskedSoftMaxBack(weightGradient, pass.weights, scoreScale(parts));
  const keys = toBackwardOperand(parts, ops.permute(pass.keys, tokensFirst));
  const queryGradient = ops.cont(ops.permute(ops.mulMat(keys, scores), headsLast));
  const keyGradient = sumOverQueries(parts, scores, pass.queries);
  const valueGradient = sumOverQueries(parts, pass.weights, mixed);
  const flat = (tensor: Tensor) => ops.reshape(tensor, tensor.ne[0] * tensor.ne[1], tokens);
  return {
    queries: flat(ops.ropeBack(queryGradient, parts.angles)),
    keys: flat(ops.ropeBack(keyGradient, parts.angles)),
    values: flat(valueGradient),
  };
}

/**
 * Σ over queries of coefficients [T keys, T queries, heads] times vectors [D, T queries, heads],
 * with the heads of a group summed → [D, keyValueHeads, T keys].
 */
function sumOverQueries(parts: GraphParts, coefficients: Tensor, vectors: Tensor): Tensor {
  const { ops } = parts.graph;
  const { headLength, heads, keyValueHeads } = parts.model.parameters;
  const tokens = vectors.ne[1];
  const grouped = (tensor: Tensor, length: number) =>
    ops.transpose(ops.reshape(tensor, length, (tokens * heads) / keyValueHeads, keyValueHeads));
  const byQuery = toBackwardOperand(parts, grouped(coefficients, tokens));
  const summed = ops.mulMat(byQuery, ops.cont(grouped(vectors, headLength)));
  return ops.cont(ops.permute(summed, tokensLast));
}

const scoreScale = ({ model }: GraphParts) => 1 / Math.sqrt(model.parameters.headLength);

/** First operand of a backward product: contiguous, in the type the CPU multiplies fastest. */
function toBackwardOperand({ graph, model }: GraphParts, view: Tensor): Tensor {
  const { computeType } = model;
  return computeType === view.type ? graph.ops.cont(view) : graph.ops.cast(view, computeType);
}
