/** Pairs of units a duration may be told in: how many of the small one make a large one. */
const scales = [
  { large: 'min', small: 's', smallMs: 1000, smallPerLarge: 60 },
  { large: 'h', small: 'min', smallMs: 60_000, smallPerLarge: 60 },
  { large: 'd', small: 'h', smallMs: 3_600_000, smallPerLarge: 24 },
] as const;

/**
 * A duration in its two largest units, rounded to the smaller one: `850 ms`, `12 s`, `3 min 20 s`,
 * `2 h 5 min`, `1 h`. What would round up to a whole larger unit is one of it.
 */
export function formatDuration(durationMs: number): string {
  const ms = Math.max(0, Math.round(durationMs));
  if (ms < 1000) return `${ms} ms`;
  const scale = scales.find(({ smallMs, smallPerLarge }, index) => {
    const next = scales[index + 1];
    return !next || Math.round(ms / smallMs) < smallPerLarge * next.smallPerLarge;
  });
  const { large, small, smallMs, smallPerLarge } = scale ?? scales[2];
  const count = Math.round(ms / smallMs);
  const [wholes, rest] = [Math.floor(count / smallPerLarge), count % smallPerLarge];
  const amounts = [wholes > 0 ? `${wholes} ${large}` : '', rest > 0 ? `${rest} ${small}` : ''];
  return amounts.filter((amount) => amount !== '').join(' ');
}

/** How long work will still take: `3 min 20 s left`; empty while nobody knows. */
export function timeLeft(etaMs: number | null | undefined): string {
  return etaMs == null ? '' : `${formatDuration(etaMs)} left`;
}
