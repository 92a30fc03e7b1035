import { clusterBootstrap, type BootstrapOptions } from './cluster-bootstrap.ts';
import type { PairVerdict } from './pair-verdict.ts';

/** One system among several; ratings are on the scale of Elo, of which only differences mean anything. */
export interface Rating {
  system: string;
  /** 400 · log₁₀ of the odds of winning, above or below the anchor. */
  rating: number;
  interval: [lower: number, upper: number];
  /** From 1, the best. */
  rank: number;
  /** The best and the worst rank that the intervals allow: others are surely better, or worse. */
  rankInterval: [best: number, worst: number];
}

/** How ratings are fitted; the anchor has the rating `anchorRating` (the first system, 1000). */
export interface RatingOptions extends BootstrapOptions {
  anchor?: string;
  anchorRating?: number;
  /** Strength of the pull to one common rating, in comparisons; keeps an unbeaten system finite. */
  ridge?: number;
}

/** Points of Elo's scale per unit of log odds. */
const pointsPerLogOdds = 400 / Math.LN10;

/**
 * Bradley–Terry ratings of three systems or more: P(a beats b) = 1/(1 + 10^((Rb − Ra)/400)), a tie
 * as half a win and half a loss, any preference between as that share, fitted by penalized maximum
 * likelihood, with intervals by resampling prompts. Systems that were never compared with the
 * anchor's group, not even through others, are held by the ridge alone: see `connectedSystems`.
 */
export function bradleyTerry(
  verdicts: readonly PairVerdict[],
  { anchor, anchorRating = 1000, ridge = 0.01, ...bootstrap }: RatingOptions = {},
): Rating[] {
  const systems = [...new Set(verdicts.flatMap(({ a, b }) => [a, b]))];
  const place = new Map(systems.map((system, at) => [system, at]));
  const anchorAt = place.get(anchor ?? systems[0] ?? '') ?? 0;
  const prompts = [...Map.groupBy(verdicts, ({ prompt }) => prompt).values()].map((cluster) =>
    cluster.map(({ a, b, preference }) => ({
      a: place.get(a) ?? 0,
      b: place.get(b) ?? 0,
      preference,
    })),
  );
  const ratingsOf = (times: (prompt: number) => number, start?: Float64Array) => {
    const wins = new Float64Array(systems.length ** 2);
    for (const [prompt, cluster] of prompts.entries())
      for (const { a, b, preference } of cluster) {
        wins[a * systems.length + b]! += times(prompt) * preference;
        wins[b * systems.length + a]! += times(prompt) * (1 - preference);
      }
    return fitStrengths(wins, systems.length, ridge, start);
  };
  const strengths = ratingsOf(() => 1);
  const toRatings = (fitted: Float64Array) =>
    Array.from(
      fitted,
      (strength) => anchorRating + pointsPerLogOdds * (strength - (fitted[anchorAt] ?? 0)),
    );
  const ratings = toRatings(strengths);
  const intervals = clusterBootstrap(
    prompts.length,
    (timesDrawn) => toRatings(ratingsOf((prompt) => timesDrawn[prompt] ?? 0, strengths)),
    { rounds: 1000, ...bootstrap },
  );
  return ranked(
    systems.map((system, at) => {
      const rating = ratings[at] ?? anchorRating;
      return { system, rating, interval: intervals[at] ?? [rating, rating] };
    }),
  );
}

/**
 * Newton's method on the penalized log-likelihood, which is concave; the mean strength is 0.
 * `wins[a · n + b]` is how often a beat b, in halves for ties.
 */
function fitStrengths(
  wins: Float64Array,
  n: number,
  ridge: number,
  start: Float64Array = new Float64Array(n),
): Float64Array {
  const strengths = Float64Array.from(start);
  for (let step = 0; step < 100; step += 1) {
    const gradient = strengths.map((strength) => -ridge * strength);
    const curvature = new Float64Array(n * n);
    for (let a = 0; a < n; a += 1) curvature[a * n + a]! += ridge;
    for (let a = 0; a < n; a += 1)
      for (let b = a + 1; b < n; b += 1) {
        const games = (wins[a * n + b] ?? 0) + (wins[b * n + a] ?? 0);
        if (games === 0) continue;
        const expected = 1 / (1 + Math.exp((strengths[b] ?? 0) - (strengths[a] ?? 0)));
        const excess = (wins[a * n + b] ?? 0) - games * expected;
        const weight = games * expected * (1 - expected);
        gradient[a]! += excess;
        gradient[b]! -= excess;
        curvature[a * n + a]! += weight;
        curvature[b * n + b]! += weight;
        curvature[a * n + b]! -= weight;
        curvature[b * n + a]! -= weight;
      }
    const change = solve(curvature, gradient);
    // A step of more than one unit of log odds can overshoot where the likelihood is flat.
    const largest = change.reduce((most, one) => Math.max(most, Math.abs(one)), 0);
    const scale = Math.min(1, 1 / largest);
    for (const [at, one] of change.entries()) strengths[at]! += scale * one;
    if (largest < 1e-10) break;
  }
  return strengths;
}

/** Solves a symmetric positive definite system by Gaussian elimination; both inputs are used up. */
function solve(matrix: Float64Array, right: Float64Array): Float64Array {
  const n = right.length;
  for (let pivot = 0; pivot < n; pivot += 1)
    for (let row = pivot + 1; row < n; row += 1) {
      const factor = (matrix[row * n + pivot] ?? 0) / (matrix[pivot * n + pivot] ?? 1);
      if (factor === 0) continue;
      for (let column = pivot; column < n; column += 1)
        matrix[row * n + column]! -= factor * (matrix[pivot * n + column] ?? 0);
      right[row]! -= factor * (right[pivot] ?? 0);
    }
  for (let row = n - 1; row >= 0; row -= 1) {
    for (let column = row + 1; column < n; column += 1)
      right[row]! -= (matrix[row * n + column] ?? 0) * (right[column] ?? 0);
    right[row]! /= matrix[row * n + row] ?? 1;
  }
  return right;
}

/** Sorted from the best; a rank interval counts who is surely better and who is not surely worse. */
function ranked(rated: readonly Omit<Rating, 'rank' | 'rankInterval'>[]): Rating[] {
  const sorted = rated.toSorted((first, second) => second.rating - first.rating);
  return sorted.map((one) => {
    const [lower, upper] = one.interval;
    const others = sorted.filter(({ system }) => system !== one.system);
    const better = others.filter(({ rating }) => rating > one.rating).length;
    const surelyBetter = others.filter(({ interval }) => interval[0] > upper).length;
    const surelyWorse = others.filter(({ interval }) => interval[1] < lower).length;
    return {
      ...one,
      rank: better + 1,
      rankInterval: [surelyBetter + 1, sorted.length - surelyWorse],
    };
  });
}

/** Groups of systems between which there is no comparison, not even through others; one is what ratings need. */
export function connectedSystems(verdicts: readonly Pick<PairVerdict, 'a' | 'b'>[]): string[][] {
  const groups: Set<string>[] = [];
  for (const { a, b } of verdicts) {
    const touched = groups.filter((group) => group.has(a) || group.has(b));
    const [first] = touched;
    if (first === undefined) groups.push(new Set([a, b]));
    else {
      for (const system of [a, b]) first.add(system);
      for (const other of touched.slice(1)) {
        for (const system of other) first.add(system);
        groups.splice(groups.indexOf(other), 1);
      }
    }
  }
  return groups.map((group) => [...group]);
}
