import { segmentStart, type QuerySpan } from './query-spans.ts';

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
  let start = segmentStart(segments, first);
  for (let row = 0; row < count; row++) {
    const query = first + row;
    if (query > 0 && segments[query] !== segments[query - 1]) start = query;
    const from = Math.max(start, query + 1 - window) - firstKey;
    mask.fill(0, row * keys + from, row * keys + query - firstKey + 1);
  }
  return mask;
}
