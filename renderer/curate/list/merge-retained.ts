/**
 * The list to show: what matches the filter now, and what was reviewed under it and stays put.
 * Both in list order, which is ascending sequence numbers.
 */
export function mergeRetained(
  matching: readonly number[],
  retained: ReadonlySet<number>,
): readonly number[] {
  const extra = [...retained].toSorted((a, b) => a - b);
  const merged: number[] = [];
  let next = 0;
  for (const seq of matching) {
    for (; next < extra.length && (extra[next] ?? seq) <= seq; next += 1)
      if (extra[next] !== seq) merged.push(extra[next] ?? seq);
    merged.push(seq);
  }
  return retained.size === 0 ? matching : [...merged, ...extra.slice(next)];
}
