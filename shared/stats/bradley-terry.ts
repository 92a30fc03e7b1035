import { clusterBootstrap, type BootstrapOptions } from './cluster-bootstrap.ts';
import type { PairVerdict } from './pair-verdict.ts';
import { fitStrengths } from './strength-fit.ts';

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

/**
 * How ratings are fitted; the anchor has the rating `anchorRating` (the first system, 1000), and where
 * it is null the mean of all systems has.
 */
export interface RatingOptions extends BootstrapOptions {
  anchor?: string | null;
  anchorRating?: number;
  /** Strength of the pull to one common rating, in comparisons; keeps an unbeaten system finite. */
  ridge?: number;
}

/** Points of Elo's scale per unit of log odds. */
export const pointsPerLogOdds = 400 / Math.LN10;

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
  const anchorAt = anchor === null ? -1 : (place.get(anchor ?? systems[0] ?? '') ?? 0);
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
    return fitStrengths(wins, systems.length, ridge, start).strengths;
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
