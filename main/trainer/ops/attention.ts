import type { ComputeGraph } from '../device/compute-graph.ts';
import { elementType, type Tensor } from '../device/tensor.ts';
import type { TensorPtr } from '../ffi/pointers.ts';
import { floatBits, kernelNode, withKernels, type KernelGraph } from './kernel.ts';
import { reshape, viewAt } from './layout.ts';
import { areFloats, areFloatsAlike, floats, requireShapes } from './shapes.ts';

// softmax(scale · q·kᵀ)·v over grouped heads, D = head length, T = tokens. Here as one node of our
// own kernels (kernels/attention.c); without them it is composed, in block-attention.ts.

/** Queries [D, heads, T], keys and values [D, keyValueHeads, T], or the gradients of these. */
export interface Heads {
  queries: Tensor;
  keys: Tensor;
  values: Tensor;
}

/** What attention by kernels reads. */
export interface KernelAttentionInputs extends Heads {
  /** [T] I32: the first key that each query sees; the last one is itself. */
  earliestKeys: Tensor;
  /** Memory to work in (see attentionScratchFloats). */
  scratch: Tensor;
}

/** Keys are padded to this in memory (KEY_UNIT in kernels/attention.h). */
const keyUnit = 8;
/** Queries that the widest variant takes at once (TILE_COLUMNS in kernels/tile.h). */
const mostBlockQueries = 48;
/** Shares of all heads whose gradients are summed apart, at least, so that threads divide them. */
const leastShares = 16;

const paddedKeys = (tokens: number) => Math.ceil(tokens / keyUnit) * keyUnit;

/** Floats of scratch that attention over `tokens` tokens takes with this many threads. */
export function attentionScratchFloats(
  tokens: number,
  headLength: number,
  threads: number,
): number {
  const perKey = 2 * mostBlockQueries + 3 * headLength;
  return threads * (paddedKeys(tokens) * perKey + 5 * mostBlockQueries * headLength);
}

/** Attention as one node → [D · heads, T]; keys that a query does not see are never multiplied. */
export function kernelAttention(
  graph: ComputeGraph,
  inputs: KernelAttentionInputs,
  scale: number,
): Tensor {
  const [length, heads, tokens] = inputs.queries.ne;
  const pointer = attentionNode(requireKernels(graph, inputs), inputs, scale);
  return floats(pointer, [length * heads, tokens, 1, 1]);
}

/** Gradients for that of the result, as two nodes: the attention weights are computed again. */
export function kernelAttentionBackward(
  graph: ComputeGraph,
  inputs: KernelAttentionInputs,
  { gradient, scale }: { gradient: Tensor; scale: number },
): Heads {
  const [length, heads, tokens] = inputs.queries.ne;
  const keyHeads = inputs.keys.ne[1];
  const byHead = reshape(graph, gradient, length, heads, tokens);
  const own = requireKernels(graph, inputs);
  const nodes = attentionBackwardNodes(own, inputs, { gradient: byHead, scale });
  const queries = floats(nodes.queries, [nodes.count, 1, 1, 1]);
  const others = floats(nodes.keysAndValues, [length * keyHeads, tokens, 2, 1]);
  return {
    queries: viewAt(graph, queries, 0, length, heads, tokens),
    keys: viewAt(graph, others, 0, length, keyHeads, tokens),
    values: viewAt(graph, others, length * keyHeads * tokens, length, keyHeads, tokens),
  };
}

function requireKernels(graph: ComputeGraph, inputs: KernelAttentionInputs): KernelGraph {
  const { queries, keys, values, earliestKeys, scratch } = inputs;
  const own = withKernels(graph);
  if (!own) throw new RangeError('Attention needs kernels');
  const [length, heads, tokens] = queries.ne;
  const fits = keys.ne[0] === length && keys.ne[2] === tokens && heads % keys.ne[1] === 0;
  const isWhole = length % own.kernels.lanes === 0 && queries.ne[3] === 1;
  const areGiven = areFloats(queries, keys, values, scratch) && areFloatsAlike(keys, values);
  requireShapes(fits && isWhole && areGiven, 'attention', queries, keys, values);
  const needed = attentionScratchFloats(tokens, length, graph.device.threads);
  const areTold = earliestKeys.ne[0] === tokens && earliestKeys.type === elementType.i32;
  requireShapes(areTold && scratch.ne[0] >= needed, 'attention', earliestKeys, scratch);
  return own;
}

const sourcesOf = ({ queries, keys, values, earliestKeys }: KernelAttentionInputs) =>
  [queries, keys, values, earliestKeys].map(({ pointer }) => pointer);

/** A node [D · heads, T]: softmax(scale · q·kᵀ)·v. */
export function attentionNode(
  graph: KernelGraph,
  inputs: KernelAttentionInputs,
  scale: number,
): TensorPtr {
  const [length, heads, tokens] = inputs.queries.ne;
  const sources = [...sourcesOf(inputs), inputs.scratch.pointer];
  const call = { name: 'attention', sources, settings: floatBits(scale) } as const;
  return kernelNode(graph, call, [length * heads, tokens, 1, 1]);
}

/**
 * Nodes of the backward pass for the gradient of the output, as [D, heads, T]. `queries` holds the
 * gradients of the queries at its beginning; `keysAndValues` is [D · keyValueHeads, T, 2].
 */
export function attentionBackwardNodes(
  graph: KernelGraph,
  inputs: KernelAttentionInputs,
  { gradient, scale }: { gradient: Tensor; scale: number },
): { queries: TensorPtr; count: number; keysAndValues: TensorPtr } {
  const [length, heads, tokens] = inputs.queries.ne;
  const shareFloats = 2 * length * paddedKeys(tokens);
  const shares = heads * Math.ceil(leastShares / heads);
  const count = length * heads * tokens + shares * shareFloats;
  const sources = [...sourcesOf(inputs), gradient.pointer, inputs.scratch.pointer];
  const call = { name: 'attention_back', sources, settings: floatBits(scale) } as const;
  const queries = kernelNode(graph, call, [count, 1, 1, 1]);
  const reduce = { name: 'attention_reduce', sources: [queries, inputs.queries.pointer] } as const;
  const keysAndValues = kernelNode(graph, reduce, [length * inputs.keys.ne[1], tokens, 2, 1]);
  return { queries, count, keysAndValues };
}
