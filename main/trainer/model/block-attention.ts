import type { Tensor } from '../device/tensor.ts';
import type { ByReach, GraphParts, QueryBlock } from './graph-context.ts';
import { byHead, type Heads, type MixedHeads } from './heads.ts';

/** Attention of one block of queries. */
interface BlockAttention {
  block: QueryBlock;
  /** Rotated queries [D, count, heads]. */
  queries: Tensor;
  /** Attention weights [keys, count, heads]. */
  weights: Tensor;
}

/** Blocks that cover all queries, and which of their masks counts. */
interface BlockInputs {
  blocks: readonly QueryBlock[];
  reach: keyof ByReach<unknown>;
}

/** [D, heads, T] as [D, T, heads], and back. */
const swapTokensAndHeads = [0, 2, 1, 3] as const;
/** [D, heads, T] as [T, D, heads]. */
const tokensFirst = [1, 2, 0, 3] as const;
/** [T, D, heads] as [D, heads, T]. */
const tokensLast = [2, 0, 1, 3] as const;

/** Attention out of ggml's operations, some queries at a time. */
export function mixByBlocks(parts: GraphParts, heads: Heads, inputs: BlockInputs): MixedHeads {
  const { ops } = parts.graph;
  const { attentionScale } = parts.model.parameters;
  const keysByHead = ops.cont(ops.permute(heads.keys, swapTokensAndHeads));
  const valuesByHead = ops.cont(ops.permute(heads.values, tokensFirst));
  const outputs: Tensor[] = [];
  const blocks = inputs.blocks.map((block) => {
    const queries = takeQueries(parts, heads.queries, block);
    const scores = ops.mulMat(ops.rows(keysByHead, block.firstKey, block.keys), queries);
    const weights = ops.maskedSoftMax(scores, block.mask[inputs.reach], attentionScale);
    const mixed = ops.mulMat(ops.rowParts(valuesByHead, block.firstKey, block.keys), weights);
    outputs.push(toColumns(parts, mixed));
    return { block, queries, weights };
  });
  return {
    output: joinColumns(parts, outputs),
    back: (gradient) => backByBlocks(parts, { heads, blocks }, gradient),
  };
}

/** Keys and values collect over the blocks, from the last one, which sees every key, to the first. */
function backByBlocks(
  parts: GraphParts,
  { heads, blocks }: { heads: Heads; blocks: readonly BlockAttention[] },
  gradient: Tensor,
): Heads {
  const { ops } = parts.graph;
  const { attentionScale } = parts.model.parameters;
  const mixed = byHead(parts, gradient);
  const valuesByHead = toOperand(parts, ops.permute(heads.values, swapTokensAndHeads));
  const keysByHead = toOperand(parts, ops.permute(heads.keys, tokensFirst));
  const queryGradients: Tensor[] = [];
  const spans = blocks.map(({ block }) => block);
  let keyGradient = startOfSum(parts, heads.values, spans);
  let valueGradient = startOfSum(parts, heads.values, spans);
  for (const { block, queries, weights } of blocks.toReversed()) {
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
  return {
    queries: byHead(parts, joinColumns(parts, queryGradients)),
    keys: byToken(keyGradient),
    values: byToken(valueGradient),
  };
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
function startOfSum(
  { graph }: GraphParts,
  values: Tensor,
  blocks: readonly QueryBlock[],
): Tensor | undefined {
  if (blocks.at(-1)?.firstKey === 0) return undefined;
  const [length, heads, tokens] = values.ne;
  return graph.ops.fill(graph.ops.reshape(values, tokens, length, heads), 0);
}

/** First operand of a backward product: contiguous, in the type the CPU multiplies fastest. */
function toOperand({ graph, model }: GraphParts, view: Tensor): Tensor {
  const { computeType } = model;
  return computeType === view.type ? graph.ops.cont(view) : graph.ops.cast(view, computeType);
}
