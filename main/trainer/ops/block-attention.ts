import type { ComputeGraph } from '../device/compute-graph.ts';
import type { Tensor } from '../device/tensor.ts';
import { fill } from './arithmetic.ts';
import type { Heads } from './attention.ts';
import {
  addToColumns,
  concatRows,
  cont,
  contAs,
  narrowColumns,
  narrowRows,
  permute,
  reshape,
  rowsOf,
  transpose,
} from './layout.ts';
import { matMul } from './product.ts';
import { maskedSoftmax, maskedSoftmaxBackward } from './activation.ts';

// softmax(scale · q·kᵀ + mask)·v out of ggml's operations, some queries at a time: what attention.ts
// computes where there are no kernels. G = query heads per key head.

/** Consecutive queries with the keys that any of them may see: those up to the last query. */
export interface QueryBlock {
  first: number;
  count: number;
  firstKey: number;
  /** Number of keys, from `firstKey` to the last query of the block. */
  keys: number;
  /** [keys, count]: 0 where the query may look, −∞ elsewhere. */
  mask: Tensor;
}

/** How attention by blocks computes. */
export interface BlockAttentionSettings {
  scale: number;
  /** Type of the first operands of backward products: what the device multiplies fastest. */
  computeType: number;
}

/** Attention of one block of queries. */
interface BlockPass {
  block: QueryBlock;
  /** Queries [D, count, heads]. */
  queries: Tensor;
  /** Attention weights [keys, count, heads]. */
  weights: Tensor;
}

/** Result of attention by blocks [D · heads, T], with what its backward pass needs. */
export interface BlockAttentionPass {
  heads: Heads;
  blocks: readonly BlockPass[];
  output: Tensor;
}

/** [D, heads, T] as [D, T, heads], and back. */
const swapTokensAndHeads = [0, 2, 1, 3] as const;
/** [D, heads, T] as [T, D, heads]. */
const tokensFirst = [1, 2, 0, 3] as const;
/** [T, D, heads] as [D, heads, T]. */
const tokensLast = [2, 0, 1, 3] as const;

/** Attention out of ggml's operations, some queries at a time. */
export function blockAttention(
  graph: ComputeGraph,
  heads: Heads,
  { blocks, scale }: { blocks: readonly QueryBlock[]; scale: number },
): BlockAttentionPass {
  const keys = cont(graph, permute(graph, heads.keys, swapTokensAndHeads));
  const values = cont(graph, permute(graph, heads.values, tokensFirst));
  const outputs: Tensor[] = [];
  const passes = blocks.map((block) => {
    const queries = takeQueries(graph, heads.queries, block);
    const scores = matMul(graph, narrowRows(graph, keys, block.firstKey, block.keys), queries);
    const weights = maskedSoftmax(graph, scores, block.mask, scale);
    const seen = narrowColumns(graph, values, block.firstKey, block.keys);
    outputs.push(joinHeads(graph, matMul(graph, seen, weights)));
    return { block, queries, weights };
  });
  return { heads, blocks: passes, output: joinTokens(graph, outputs) };
}

/** Gradients of the heads; keys and values collect from the last block, which sees most, to the first. */
export function blockAttentionBackward(
  graph: ComputeGraph,
  { heads, blocks }: BlockAttentionPass,
  { gradient, scale, computeType }: BlockAttentionSettings & { gradient: Tensor },
): Heads {
  const [length, headCount, tokens] = heads.queries.ne;
  const outputGradient = reshape(graph, gradient, length, headCount, tokens);
  const values = contAs(graph, permute(graph, heads.values, swapTokensAndHeads), computeType);
  const keys = contAs(graph, permute(graph, heads.keys, tokensFirst), computeType);
  const queryGradients: Tensor[] = [];
  let keySum = startOfSum(graph, heads.values, blocks);
  let valueSum = startOfSum(graph, heads.values, blocks);
  const summing = { keyHeads: heads.keys.ne[1], computeType };
  for (const pass of blocks.toReversed()) {
    const operands = { keys, values, outputGradient };
    const { scores, taken, queries } = scoresBackward(graph, pass, { ...operands, scale });
    queryGradients.unshift(queries);
    const addSeen = (sum: Tensor | undefined, coefficients: Tensor, vectors: Tensor) => {
      const share = sumOverQueries(graph, { coefficients, vectors }, summing);
      return sum ? addToColumns(graph, sum, share, pass.block.firstKey) : share;
    };
    keySum = addSeen(keySum, scores, pass.queries);
    valueSum = addSeen(valueSum, pass.weights, taken);
  }
  if (!keySum || !valueSum) throw new RangeError('Attention needs at least one block');
  return {
    queries: reshape(graph, joinTokens(graph, queryGradients), length, headCount, tokens),
    keys: cont(graph, permute(graph, keySum, tokensLast)),
    values: cont(graph, permute(graph, valueSum, tokensLast)),
  };
}

/** Keys and values as first operands of backward products, and the gradient [D, heads, T]. */
interface BackwardOperands {
  keys: Tensor;
  values: Tensor;
  outputGradient: Tensor;
  scale: number;
}

/** Gradients of the scores and, as [D · heads, count], of the queries; what was taken of the output's. */
function scoresBackward(
  graph: ComputeGraph,
  { block, weights }: BlockPass,
  { keys, values, outputGradient, scale }: BackwardOperands,
): { scores: Tensor; taken: Tensor; queries: Tensor } {
  const taken = takeQueries(graph, outputGradient, block);
  const seenValues = narrowRows(graph, values, block.firstKey, block.keys);
  const weightGradient = matMul(graph, seenValues, taken);
  const scores = maskedSoftmaxBackward(graph, weightGradient, weights, scale);
  const seenKeys = narrowColumns(graph, keys, block.firstKey, block.keys);
  return { scores, taken, queries: joinHeads(graph, matMul(graph, seenKeys, scores)) };
}

/**
 * Σ over queries of coefficients [keys, count, heads] times vectors [D, count, heads] →
 * [keys, D, keyValueHeads]. Query heads of one key head lie side by side, so they are summed over
 * as one long axis G·count and need no reduction afterwards.
 */
function sumOverQueries(
  graph: ComputeGraph,
  { coefficients, vectors }: { coefficients: Tensor; vectors: Tensor },
  { keyHeads, computeType }: { keyHeads: number; computeType: number },
): Tensor {
  const grouped = (tensor: Tensor) => {
    const [length, count, heads] = tensor.ne;
    const joined = (count * heads) / keyHeads;
    return transpose(graph, reshape(graph, tensor, length, joined, keyHeads));
  };
  const first = contAs(graph, grouped(coefficients), computeType);
  return matMul(graph, first, cont(graph, grouped(vectors)));
}

/** Queries of a block out of [D, heads, T], as [D, count, heads]. */
function takeQueries(graph: ComputeGraph, tensor: Tensor, { first, count }: QueryBlock): Tensor {
  const [length, heads, tokens] = tensor.ne;
  const taken = rowsOf(graph, reshape(graph, tensor, length * heads, tokens), first, count);
  const byHead = reshape(graph, taken, length, heads, count);
  return cont(graph, permute(graph, byHead, swapTokensAndHeads));
}

/** [D, count, heads] as [D · heads, count]. */
function joinHeads(graph: ComputeGraph, tensor: Tensor): Tensor {
  const [length, count, heads] = tensor.ne;
  const byToken = cont(graph, permute(graph, tensor, swapTokensAndHeads));
  return reshape(graph, byToken, length * heads, count);
}

/** Tokens of all tensors side by side; joined in pairs, so that each is copied log₂ n times. */
function joinTokens(graph: ComputeGraph, tensors: readonly Tensor[]): Tensor {
  const [only] = tensors;
  if (!only) throw new RangeError('There is nothing to join');
  if (tensors.length === 1) return only;
  const middle = Math.ceil(tensors.length / 2);
  const halves = [tensors.slice(0, middle), tensors.slice(middle)] as const;
  return concatRows(graph, joinTokens(graph, halves[0]), joinTokens(graph, halves[1]));
}

/**
 * Zeros [T, D, keyValueHeads] to sum gradients of keys or values in; none are needed when the last
 * block sees every key, since its share then is the start.
 */
function startOfSum(
  graph: ComputeGraph,
  values: Tensor,
  blocks: readonly BlockPass[],
): Tensor | undefined {
  if (blocks.at(-1)?.block.firstKey === 0) return undefined;
  const [length, heads, tokens] = values.ne;
  return fill(graph, reshape(graph, values, tokens, length, heads), 0);
}
