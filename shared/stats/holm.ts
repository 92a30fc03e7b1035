/**
 * P-values adjusted for their number by Holm's step-down method (Scandinavian Journal of Statistics
 * 6, 1979), in the order given: the chance of any false alarm among all of them stays below what one
 * alone would have, with no assumption on how they hang together. Same values as R's `p.adjust`.
 */
export function holmAdjusted(pValues: readonly number[]): number[] {
  const order = pValues.map((p, at) => ({ p, at })).toSorted((first, second) => first.p - second.p);
  const adjusted = Array.from(pValues, () => 1);
  let largest = 0;
  for (const [rank, { p, at }] of order.entries()) {
    largest = Math.max(largest, Math.min(1, (order.length - rank) * p));
    adjusted[at] = largest;
  }
  return adjusted;
}
