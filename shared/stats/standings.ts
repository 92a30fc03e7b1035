import { normalBelow, normalQuantile, twoSidedZ } from './confidence-interval.ts';
import type { PairVerdict } from './pair-verdict.ts';
import { covarianceOf, fitStrengths } from './strength-fit.ts';

/** What verdicts on pairs say of several systems: log odds of each, and how surely they are known. */
export interface Standings {
  systems: readonly string[];
  strengths: Float64Array;
  /** Row by row. */
  covariance: Float64Array;
}

/** A verdict without what it was on. */
export type PairPreference = Pick<PairVerdict, 'a' | 'b' | 'preference'>;

/**
 * Bradley–Terry strengths with a normal prior of one unit of log odds, by which systems that were
 * never compared are as good as unknown, and no vote alone decides.
 */
export function standingsOf(
  systems: readonly string[],
  verdicts: readonly PairPreference[],
): Standings {
  const n = systems.length;
  const place = new Map(systems.map((system, at) => [system, at]));
  const wins = new Float64Array(n * n);
  for (const { a, b, preference } of verdicts) {
    const [first, second] = [place.get(a), place.get(b)];
    if (first === undefined || second === undefined) continue;
    wins[first * n + second]! += preference;
    wins[second * n + first]! += 1 - preference;
  }
  const fit = fitStrengths(wins, n, 1);
  return { systems, strengths: fit.strengths, covariance: covarianceOf(fit) };
}

/** How much stronger one system is than another in log odds, and the variance of that. */
export function differenceOf(
  { systems: { length: n }, strengths, covariance }: Standings,
  one: number,
  other: number,
): { value: number; variance: number } {
  const at = (row: number, column: number) => covariance[row * n + column] ?? 0;
  return {
    value: (strengths[one] ?? 0) - (strengths[other] ?? 0),
    variance: at(one, one) + at(other, other) - 2 * at(one, other),
  };
}

/** Places of the systems from the strongest; of equal ones the first comes first. */
export const fromStrongest = ({ systems, strengths }: Standings): number[] =>
  systems.map((_, at) => at).toSorted((p, q) => (strengths[q] ?? 0) - (strengths[p] ?? 0) || p - q);

/**
 * How much a verdict on a pair would help to find the best system: how unsure the difference of the
 * two is, by how likely each is as good as the leader. As in best-arm identification (LUCB,
 * Kalyanakrishnan et al. 2012) the leader meets whoever may yet be better.
 */
export function usefulnessOf(standings: Standings): (one: number, other: number) => number {
  const [leader = 0] = fromStrongest(standings);
  const chances = standings.systems.map((_, at) => {
    if (at === leader) return 1;
    const { value, variance } = differenceOf(standings, at, leader);
    return 2 * normalBelow(value / Math.sqrt(variance));
  });
  return (one, other) =>
    differenceOf(standings, one, other).variance * (chances[one] ?? 0) * (chances[other] ?? 0);
}

const power = 0.8;

/**
 * About how many more verdicts on two systems alone separate them with a chance of 80 %, if their
 * strengths are what they seem: 0 where they are separated at 95 % already, null where neither leads.
 * A verdict adds p(1 − p) to the precision of their difference.
 */
export function moreVerdictsToSeparate(
  standings: Standings,
  one: number,
  other: number,
): number | null {
  const { value, variance } = differenceOf(standings, one, other);
  const z = twoSidedZ(0.95);
  if (Math.abs(value) >= z * Math.sqrt(variance)) return 0;
  if (Math.abs(value) < 1e-9) return null;
  const expected = 1 / (1 + Math.exp(value));
  const wanted = ((z + normalQuantile(power)) / value) ** 2;
  return Math.max(1, Math.ceil((wanted - 1 / variance) / (expected * (1 - expected))));
}
