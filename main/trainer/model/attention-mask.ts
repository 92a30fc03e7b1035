/** Consecutive queries, with the number of keys from the first token on that they are held to. */
export interface QuerySpan {
  first: number;
  count: number;
  keys: number;
}

/**
 * Mask [keys, count] of a block of queries in packed samples: 0 where a query may look (itself
 * and earlier tokens of its own segment, `window` tokens in all), −∞ elsewhere. Padding forms a
 * segment of its own.
 */
export function attentionMask(
  segments: Int32Array,
  { first, count, keys }: QuerySpan,
  window = Infinity,
): Float32Array {
  const mask = new Float32Array(keys * count).fill(-Infinity);
  let start = segmentStart(segments, first);
  for (let row = 0; row < count; row++) {
    const query = first + row;
    if (query > 0 && segments[query] !== segments[query - 1]) start = query;
    const firstKey = Math.max(start, query + 1 - window);
    mask.fill(0, row * keys + firstKey, row * keys + query + 1);
  }
  return mask;
}

function segmentStart(segments: Int32Array, query: number): number {
  let start = query;
  while (start > 0 && segments[start - 1] === segments[query]) start--;
  return start;
}
