import type { HyperParameters } from '../../gguf/model/hyper-parameters.ts';
import type { ComputeGraph } from '../device/compute-graph.ts';
import type { Device } from '../device/device.ts';
import { elementType, type Tensor } from '../device/tensor.ts';
import type { Kernels } from '../ffi/kernels.ts';
import { attentionScratchFloats } from '../ops/attention.ts';

// Which keys a query sees: itself and earlier tokens of its own sample, all of them in layers of
// global attention, a window of them in layers of sliding-window attention.

/** What differs between layers of global and of sliding-window attention. */
export interface ByAttentionKind<T> {
  global: T;
  /** The same as `global` in a model without a window. */
  sliding: T;
}

export type AttentionKind = keyof ByAttentionKind<unknown>;

/** The kind of attention of the layer with this index. */
export const attentionKindOf = ({ sliding }: HyperParameters, index: number): AttentionKind =>
  sliding?.isSliding[index] ? 'sliding' : 'global';

/** As kernels take it, query by query; or masks of some queries at a time, in order. */
export type VisibleKeys =
  { earliestKeys: ByAttentionKind<Tensor>; scratch: Tensor } | { masks: readonly SpanMask[] };

/** A span of queries and its mask [keys, count]: 0 where the query may look, −∞ elsewhere. */
interface SpanMask {
  span: QuerySpan;
  mask: ByAttentionKind<Tensor>;
}

/** Whether attention is computed by a kernel, which takes heads of whole vectors. */
export const attendsByKernel = (
  kernels: Kernels | undefined,
  { headLength }: HyperParameters,
): kernels is Kernels => kernels !== undefined && headLength % kernels.lanes === 0;

/** Declares the inputs that tell which keys are visible. */
export function declareVisibleKeys(
  graph: ComputeGraph,
  parameters: HyperParameters,
  { spans, tokens }: { spans: readonly QuerySpan[]; tokens: number },
): VisibleKeys {
  const { kernels, threads } = graph.device;
  const declare = (ne: readonly number[], type?: number): ByAttentionKind<Tensor> => {
    const global = graph.input(ne, type);
    return { global, sliding: parameters.sliding ? graph.input(ne, type) : global };
  };
  if (!attendsByKernel(kernels, parameters))
    return { masks: spans.map((span) => ({ span, mask: declare([span.keys, span.count]) })) };
  const earliestKeys = declare([tokens], elementType.i32);
  const { headLength } = parameters;
  const scratch = graph.input([attentionScratchFloats(tokens, headLength, threads)]);
  return { earliestKeys, scratch };
}

/** Writes them for samples side by side; `window` is undefined in a model without one. */
export function writeVisibleKeys(
  device: Device,
  visible: VisibleKeys,
  layout: { segments: Int32Array; tokens: number; window: number | undefined },
): void {
  const { segments, tokens, window } = layout;
  if ('masks' in visible)
    for (const { span, mask } of visible.masks) {
      device.write(mask.global, attentionMask(segments, span));
      if (window !== undefined) device.write(mask.sliding, attentionMask(segments, span, window));
    }
  else {
    const { global, sliding } = visible.earliestKeys;
    device.write(global, earliestKeys(segments, tokens));
    if (window !== undefined) device.write(sliding, earliestKeys(segments, tokens, window));
  }
}

/**
 * Mask [keys, count] of a span of queries in packed samples: 0 where a query may look (itself
 * and earlier tokens of its own segment, `window` tokens in all), −∞ elsewhere. Padding forms a
 * segment of its own.
 */
export function attentionMask(
  segments: Int32Array,
  { first, count, firstKey, keys }: QuerySpan,
  window = Infinity,
): Float32Array {
  const mask = new Float32Array(keys * count).fill(-Infinity);
  const earliest = earliestKeys(segments, first + count, window);
  for (let row = 0; row < count; row++) {
    const query = first + row;
    const from = (earliest[query] ?? 0) - firstKey;
    mask.fill(0, row * keys + from, row * keys + query - firstKey + 1);
  }
  return mask;
}

/**
 * The first key that each of the first `count` tokens may look at, in packed samples: the start of
 * its segment, or less far with a window. Padding forms a segment of its own.
 */
export function earliestKeys(segments: Int32Array, count: number, window = Infinity): Int32Array {
  let start = 0;
  return Int32Array.from({ length: count }, (_, query) => {
    if (query > 0 && segments[query] !== segments[query - 1]) start = query;
    return Math.max(start, query + 1 - window);
  });
}

/** Consecutive queries with the keys that they are held to. */
export interface QuerySpan {
  first: number;
  count: number;
  firstKey: number;
  /** Number of keys, from `firstKey` to the last query of the span. */
  keys: number;
}

/**
 * Queries per span. Keys after a span are never multiplied, which saves up to half of attention.
 * A multiple of 32, but no power of two: transposing with such strides would thrash the cache.
 */
const spanQueries = 160;
/** First keys are rounded down to this, so that few different graphs occur. */
const bucket = 32;
/** Share of all products that has to fall away before a graph of its own is worth it. */
const leastSaving = 0.25;

/** Products of a query and a key. */
const countProducts = (spans: readonly QuerySpan[]) =>
  spans.reduce((sum, { count, keys }) => sum + count * keys, 0);

/** The spans of a sequence of `tokens` tokens; without `firstKeys`, all keys before a query count. */
export function querySpans(tokens: number, firstKeys: readonly number[] = []): QuerySpan[] {
  return Array.from({ length: Math.ceil(tokens / spanQueries) }, (_, index) => {
    const first = index * spanQueries;
    const count = Math.min(spanQueries, tokens - first);
    const firstKey = firstKeys[index] ?? 0;
    return { first, count, firstKey, keys: first + count - firstKey };
  });
}

/**
 * The first key of each span that a query of it may see, for samples side by side: the start of
 * the sample its first query belongs to. Empty when looking at every key costs little more.
 */
export function firstKeysOf(segments: Int32Array, tokens: number): number[] {
  const spans = querySpans(tokens);
  const firstKeys = spans.map(({ first }) => {
    const start = segmentStart(segments, first);
    return start - (start % bucket);
  });
  const saving = 1 - countProducts(querySpans(tokens, firstKeys)) / countProducts(spans);
  return saving < leastSaving ? [] : firstKeys;
}

/** Index of the first token of the sample that a token belongs to. */
export function segmentStart(segments: Int32Array, token: number): number {
  let start = token;
  while (start > 0 && segments[start - 1] === segments[token]) start--;
  return start;
}
