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
