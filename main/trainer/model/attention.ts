import type { RopeAngles } from '../tensor/ops.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { reachOf, type GraphParts, type QueryBlock } from './graph-parts.ts';
import { runNorm, type BlockAt } from './layers.ts';
import { normBackward, type NormPass } from './norm.ts';
import type { QueriesKeysValues } from './projections.ts';

/** Result of attention with what its backward pass needs; D = head length, T = tokens. */
export interface AttentionPass {
  angles: RopeAngles;
  /** Norms of each head before it is rotated, where the architecture has them. */
  queryNorm: NormPass | undefined;
  keyNorm: NormPass | undefined;
  /** Rotated keys [D, keyValueHeads, T]. */
  keys: Tensor;
  /** Values [D, keyValueHeads, T]. */
  values: Tensor;
  blocks: BlockAttention[];
  /** [D · heads, T]. */
  output: Tensor;
}

/** Attention of one block of queries. */
interface BlockAttention {
  block: QueryBlock;
  /** Rotated queries [D, count, heads]. */
  queries: Tensor;
  /** Attention weights [keys, count, heads]. */
  weights: Tensor;
}

/** [D, heads, T] as [D, T, heads], and back. */
const swapTokensAndHeads = [0, 2, 1, 3] as const;
/** [D, heads, T] as [T, D, heads]. */
const tokensFirst = [1, 2, 0, 3] as const;
/** [T, D, heads] as [D, heads, T]. */
const tokensLast = [2, 0, 1, 3] as const;

/** softmax(scale · q·kᵀ + mask)·v over grouped heads; q, k, v as their projections give them. */
export function attentionForward(layer: BlockAt, projected: QueriesKeysValues): AttentionPass {
  const { parts } = layer;
  const reach = reachOf(parts, layer.index);
  const angles = parts.angles[reach];
  const { ops } = parts.graph;
  const { attentionScale } = parts.model.parameters;
  const [q, k] = [byHead(parts, projected.queries), byHead(parts, projected.keys)];
  const queryNorm = runNorm(layer, 'attn_q_norm', q);
  const keyNorm = runNorm(layer, 'attn_k_norm', k);
  const rotated = ops.rope(queryNorm?.output ?? q, angles);
  const keys = ops.rope(keyNorm?.output ?? k, angles);
  const values = byHead(parts, projected.values);
  const keysByHead = ops.cont(ops.permute(keys, swapTokensAndHeads));
  const valuesByHead = ops.cont(ops.permute(values, tokensFirst));
  const outputs: Tensor[] = [];
  const blocks = parts.queryBlocks.map((block) => {
    const queries = takeQueries(parts, rotated, block);
    const scores = ops.mulMat(ops.rows(keysByHead, block.firstKey, block.keys), queries);
    const weights = ops.maskedSoftMax(scores, block.mask[reach], attentionScale);
    const mixed = ops.mulMat(ops.rowParts(valuesByHead, block.firstKey, block.keys), weights);
    outputs.push(toColumns(parts, mixed));
    return { block, queries, weights };
  });
  const output = joinColumns(parts, outputs);
  return { angles, queryNorm, keyNorm, keys, values, blocks, output };
}

/**
 * Gradients of attention for the gradient of its output [D · heads, T]. Keys and values collect
 * over the blocks, from the last one, which sees every key, to the first.
 */
export function attentionBackward(
  parts: GraphParts,
  pass: AttentionPass,
  gradient: Tensor,
): QueriesKeysValues {
  const { ops } = parts.graph;
  const { attentionScale } = parts.model.parameters;
  const mixed = byHead(parts, gradient);
  const valuesByHead = toOperand(parts, ops.permute(pass.values, swapTokensAndHeads));
  const keysByHead = toOperand(parts, ops.permute(pass.keys, tokensFirst));
  const queryGradients: Tensor[] = [];
  let keyGradient = startOfSum(parts, pass);
  let valueGradient = startOfSum(parts, pass);
  for (const { block, queries, weights } of pass.blocks.toReversed()) {
    const blockMixed = takeQueries(parts, mixed, block);
    const values = ops.rows(valuesByHead, block.firstKey, block.keys);
    const weightGradient = ops.mulMat(values, blockMixed);
    const scores = ops.maskedSoftMaxBack(weightGradient, weights, attentionScale);
    const keys = ops.rowParts(keysByHead, block.firstKey, block.keys);
    queryGradients.unshift(toColumns(parts, ops.mulMat(keys, scores)));
    const addSeen = (sum: Tensor | undefined, part: Tensor) =>
      sum ? ops.addToRowParts(sum, part, block.firstKey) : part;
    keyGradient = addSeen(keyGradient, sumOverQueries(parts, scores, queries));
    valueGradient = addSeen(valueGradient, sumOverQueries(parts, weights, blockMixed));
  }
  if (!keyGradient || !valueGradient) throw new RangeError('Attention needs at least one block');
  const byToken = (tensor: Tensor) => ops.cont(ops.permute(tensor, tokensLast));
  const rotated = byHead(parts, joinColumns(parts, queryGradients));
  const unrotate = (norm: NormPass | undefined, turned: Tensor) => {
    const heads = ops.ropeBack(turned, pass.angles);
    return flatten(parts, norm ? normBackward(parts, norm, heads) : heads);
  };
  return {
    queries: unrotate(pass.queryNorm, rotated),
    keys: unrotate(pass.keyNorm, byToken(keyGradient)),
    values: flatten(parts, byToken(valueGradient)),
  };
}

/** [D · heads, T] as [D, heads, T]. */
function byHead({ graph, model }: GraphParts, tensor: Tensor): Tensor {
  const { headLength } = model.parameters;
  const [width, tokens] = tensor.ne;
  return graph.ops.reshape(tensor, headLength, width / headLength, tokens);
}

/** [D, heads, T] as [D · heads, T]. */
function flatten({ graph }: GraphParts, tensor: Tensor): Tensor {
  const [length, heads, tokens] = tensor.ne;
  return graph.ops.reshape(tensor, length * heads, tokens);
}

/**
 * Σ over queries of coefficients [keys, count, heads] times vectors [D, count, heads] →
 * [keys, D, keyValueHeads]. Query heads of one key head lie side by side, so they are summed over
 * as one long axis G·count (G = heads / keyValueHeads) and need no reduction afterwards.
 */
function sumOverQueries(parts: GraphParts, coefficients: Tensor, vectors: Tensor): Tensor {
  const { ops } = parts.graph;
  const { heads, keyValueHeads } = parts.model.parameters;
  const grouped = (tensor: Tensor) => {
    const [length, count] = tensor.ne;
    const joined = (count * heads) / keyValueHeads;
    return ops.transpose(ops.reshape(tensor, length, joined, keyValueHeads));
  };
  return ops.mulMat(toOperand(parts, grouped(coefficients)), ops.cont(grouped(vectors)));
}

/** Queries of a block out of [D, heads, T], as [D, count, heads]. */
function takeQueries({ graph }: GraphParts, tensor: Tensor, { first, count }: QueryBlock): Tensor {
  const { ops } = graph;
  const [length, heads, tokens] = tensor.ne;
  const taken = ops.columns(ops.reshape(tensor, length * heads, tokens), first, count);
  return ops.cont(ops.permute(ops.reshape(taken, length, heads, count), swapTokensAndHeads));
}

/** [D, count, heads] as [D · heads, count]. */
function toColumns({ graph }: GraphParts, tensor: Tensor): Tensor {
  const { ops } = graph;
  const [length, count, heads] = tensor.ne;
  return ops.reshape(ops.cont(ops.permute(tensor, swapTokensAndHeads)), length * heads, count);
}

/** Columns of all tensors side by side; joined in pairs, so that each is copied log₂ n times. */
function joinColumns(parts: GraphParts, tensors: readonly Tensor[]): Tensor {
  const [only] = tensors;
  if (!only) throw new RangeError('There is nothing to join');
  if (tensors.length === 1) return only;
  const middle = Math.ceil(tensors.length / 2);
  return parts.graph.ops.concatColumns(
    joinColumns(parts, tensors.slice(0, middle)),
    joinColumns(parts, tensors.slice(middle)),
  );
}

/**
 * Zeros [T, D, keyValueHeads] to sum gradients of keys or values in; none are needed when the last
 * block sees every key, since its part then is the start.
 */
function startOfSum({ graph }: GraphParts, { values, blocks }: AttentionPass): Tensor | undefined {
  if (blocks.at(-1)?.block.firstKey === 0) return undefined;
  const [length, heads, tokens] = values.ne;
  return graph.ops.fill(graph.ops.reshape(values, tokens, length, heads), 0);
}

/** First operand of a backward product: contiguous, in the type the CPU multiplies fastest. */
function toOperand({ graph, model }: GraphParts, view: Tensor): Tensor {
  const { computeType } = model;
  return computeType === view.type ? graph.ops.cont(view) : graph.ops.cast(view, computeType);
}
