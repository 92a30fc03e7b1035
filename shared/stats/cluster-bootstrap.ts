import { seededUniform } from '../domain/seeded-uniform.ts';

/** Drawn clusters that a bootstrap costs at most; of a large table fewer rounds are as exact. */
const mostDrawn = 10_000_000;
const leastRounds = 200;

/** How often and from which numbers a bootstrap draws; the same ones give the same interval. */
export interface BootstrapOptions {
  /** At most; fewer, but at least 200, where there are many clusters. */
  rounds?: number;
  seed?: number;
  confidence?: number;
}

/**
 * Percentile intervals of statistics by the cluster bootstrap (Efron and Tibshirani 1993; Cameron,
 * Gelbach and Miller 2008): every round draws as many clusters as there are, with replacement, and
 * `statistics` gets how often each was drawn. A round whose value is not a number (a statistic that
 * this draw does not have) is left out of that statistic; null where fewer than half the rounds have one.
 */
export function clusterBootstrap(
  clusters: number,
  statistics: (timesDrawn: Uint32Array) => readonly number[],
  { rounds: mostRounds = 2000, seed = 0, confidence = 0.95 }: BootstrapOptions = {},
): ([lower: number, upper: number] | null)[] {
  const affordable = Math.max(leastRounds, Math.floor(mostDrawn / Math.max(1, clusters)));
  const rounds = Math.min(mostRounds, affordable);
  const random = seededUniform(seed);
  const timesDrawn = new Uint32Array(clusters);
  const drawn: number[][] = [];
  for (let round = 0; round < rounds; round += 1) {
    timesDrawn.fill(0);
    for (let draw = 0; draw < clusters; draw += 1) {
      const cluster = Math.floor(random() * clusters);
      timesDrawn[cluster] = (timesDrawn[cluster] ?? 0) + 1;
    }
    for (const [at, value] of statistics(timesDrawn).entries())
      if (!Number.isNaN(value)) (drawn[at] ??= []).push(value);
  }
  const tail = (1 - confidence) / 2;
  return drawn.map((values) => {
    if (values.length * 2 < rounds) return null;
    const sorted = Float64Array.from(values).toSorted();
    return [quantile(sorted, tail), quantile(sorted, 1 - tail)];
  });
}

/** The quantile `share` of sorted values, interpolated linearly (Hyndman and Fan's type 7, as NumPy). */
export function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  // Not below + 0 · (above − below): infinite ratings would give NaN.
  return below === above ? below : below + (place - Math.floor(place)) * (above - below);
}
