/**
 * Mask [length keys, length queries] for packed samples: 0 where a query may look (itself and
 * earlier tokens of its own segment), −∞ elsewhere. Padding forms a segment of its own.
 */
export function attentionMask(segments: Int32Array, length: number): Float32Array {
  const mask = new Float32Array(length * length).fill(-Infinity);
  let start = 0;
  for (let query = 0; query < length; query++) {
    if (query > 0 && segments[query] !== segments[query - 1]) start = query;
    mask.fill(0, query * length + start, query * length + query + 1);
  }
  return mask;
}
