import type { MeanScore } from '../domain/evaluate/estimates.ts';
import { twoSidedZ } from './confidence-interval.ts';

/** How often the score was 1 (win), ½ (tie) and 0 (loss). */
export interface OutcomeCounts {
  wins: number;
  ties: number;
  losses: number;
}

/** From here on, with both outcomes seen this often, the sample variance can be trusted. */
const NORMAL_MIN_VOTES = 30;
const NORMAL_MIN_OUTCOMES = 5;

/**
 * Mean of the scores 1, ½ and 0 with its standard error and interval. Not a binomial share, so
 * Wilson's interval does not fit it. Two methods, and the result says which one was used:
 * - `normal`: mean ± z·s/√n with the sample variance (n − 1), what LIMA's ± figures mean;
 *   from 30 scores with at least 5 wins and 5 losses.
 * - `score`: Tango's score interval (Statistics in Medicine 17, 1998) on (wins − losses)/n,
 *   mapped to ½ + half of it. With few votes it stays wide, even when all votes agree, and
 *   without ties it is Wilson's interval.
 */
export function meanScore(counts: OutcomeCounts, confidence = 0.95): MeanScore {
  const { wins, ties, losses } = counts;
  const n = wins + ties + losses;
  if (n === 0)
    return { value: 0.5, lower: 0, upper: 1, standardError: null, intervalMethod: 'score' };
  const value = (wins + ties / 2) / n;
  const standardError = n < 2 ? null : Math.sqrt(sampleVariance(counts, value) / n);
  const isNormal = n >= NORMAL_MIN_VOTES && Math.min(wins, losses) >= NORMAL_MIN_OUTCOMES;
  if (standardError === null || !isNormal) {
    const { lower, upper } = tangoInterval(counts, confidence);
    return { value, lower, upper, standardError, intervalMethod: 'score' };
  }
  const half = twoSidedZ(confidence) * standardError;
  return {
    value,
    lower: Math.max(0, value - half),
    upper: Math.min(1, value + half),
    standardError,
    intervalMethod: 'normal',
  };
}

function sampleVariance({ wins, ties, losses }: OutcomeCounts, mean: number): number {
  const n = wins + ties + losses;
  const squares = wins * (1 - mean) ** 2 + ties * (0.5 - mean) ** 2 + losses * mean ** 2;
  return squares / (n - 1);
}

/** The limits of win + ½ tie: the differences that the score test does not reject. */
function tangoInterval(
  counts: OutcomeCounts,
  confidence: number,
): { lower: number; upper: number } {
  const { wins, ties, losses } = counts;
  const z = twoSidedZ(confidence);
  const observed = (wins - losses) / (wins + ties + losses);
  const lower = bisect((difference) => tangoZ(counts, difference) > z, -1, observed);
  const upper = bisect((difference) => tangoZ(counts, difference) > -z, observed, 1);
  return { lower: (1 + lower) / 2, upper: (1 + upper) / 2 };
}

/**
 * Tango's statistic for the hypothesis "wins − losses = difference·n". The variance uses the
 * loss probability that is most likely under that hypothesis (root of a quadratic).
 */
function tangoZ({ wins, ties, losses }: OutcomeCounts, difference: number): number {
  const n = wins + ties + losses;
  const linear = (2 * n - wins + losses) * difference - wins - losses;
  const constant = -losses * difference * (1 - difference);
  const root = Math.sqrt(Math.max(0, linear * linear - 8 * n * constant));
  const lossProbability = (root - linear) / (4 * n);
  const variance = n * (2 * lossProbability + difference * (1 - difference));
  const excess = wins - losses - n * difference;
  if (variance <= 0) return excess === 0 ? 0 : Math.sign(excess) * Number.POSITIVE_INFINITY;
  return excess / Math.sqrt(variance);
}

/** The point between `low` (where `holds` is true) and `high` where it stops being true. */
function bisect(holds: (x: number) => boolean, low: number, high: number): number {
  if (holds(high)) return high;
  let inside = low;
  let outside = high;
  for (let step = 0; step < 60; step += 1) {
    const middle = (inside + outside) / 2;
    if (holds(middle)) inside = middle;
    else outside = middle;
  }
  return (inside + outside) / 2;
}
