import { floatBits, kernelNode, type KernelMaker } from './kernel.ts';
import type { TensorPtr } from '../ffi/pointers.ts';
import type { Tensor } from '../device/tensor.ts';

/** What attention reads: D = head length, T = tokens. */
export interface AttentionInputs {
  /** [D, heads, T]. */
  queries: Tensor;
  /** [D, keyValueHeads, T]. */
  keys: Tensor;
  /** [D, keyValueHeads, T]. */
  values: Tensor;
  /** [T] I32: the first key that each query sees; the last one is itself. */
  earliestKeys: Tensor;
  /** Memory to work in (see attentionScratchFloats). */
  scratch: Tensor;
}

/** Keys are padded to this in memory (KEY_UNIT in kernels/attention.h). */
const keyUnit = 8;
/** Queries that the widest variant takes at once (TILE_COLUMNS in kernels/tile.h). */
const mostBlockQueries = 48;
/** Parts of all heads whose gradients are summed apart, at least, so that threads can share them. */
const leastParts = 16;

const paddedKeys = (tokens: number) => Math.ceil(tokens / keyUnit) * keyUnit;

/** Floats of scratch that attention over `tokens` tokens takes with this many threads. */
export function attentionScratchFloats(tokens: number, headLength: number, threads: number) {
  const perKey = 2 * mostBlockQueries + 3 * headLength;
  return threads * (paddedKeys(tokens) * perKey + 5 * mostBlockQueries * headLength);
}

const sourcesOf = ({ queries, keys, values, earliestKeys }: AttentionInputs) =>
  [queries, keys, values, earliestKeys].map(({ pointer }) => pointer);

/** A node [D · heads, T]: softmax(scale · q·kᵀ)·v. */
export function ownAttention(
  maker: KernelMaker,
  inputs: AttentionInputs,
  scale: number,
): TensorPtr {
  const [length, heads, tokens] = inputs.queries.ne;
  const sources = [...sourcesOf(inputs), inputs.scratch.pointer];
  const call = { name: 'attention', sources, settings: floatBits(scale) } as const;
  return kernelNode(maker, call, [length * heads, tokens, 1, 1]);
}

/**
 * Nodes of the backward pass for the gradient of the output, as [D, heads, T]. `queries` holds the
 * gradients of the queries at its beginning; `keysAndValues` is [D · keyValueHeads, T, 2].
 */
export function ownAttentionBack(
  maker: KernelMaker,
  inputs: AttentionInputs,
  { gradient, scale }: { gradient: Tensor; scale: number },
) {
  const [length, heads, tokens] = inputs.queries.ne;
  const partFloats = 2 * length * paddedKeys(tokens);
  const parts = heads * Math.ceil(leastParts / heads);
  const count = length * heads * tokens + parts * partFloats;
  const sources = [...sourcesOf(inputs), gradient.pointer, inputs.scratch.pointer];
  const call = { name: 'attention_back', sources, settings: floatBits(scale) } as const;
  const queries = kernelNode(maker, call, [count, 1, 1, 1]);
  const reduce = { name: 'attention_reduce', sources: [queries, inputs.queries.pointer] } as const;
  const keysAndValues = kernelNode(maker, reduce, [length * inputs.keys.ne[1], tokens, 2, 1]);
  return { queries, count, keysAndValues };
}
