import type { QuerySpan } from './visible-keys.ts';

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
