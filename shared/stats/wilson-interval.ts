import type { Estimate } from '../domain/evaluation-report.ts';
import { twoSidedZ } from './normal-quantile.ts';

/**
 * A share with Wilson's score interval (Wilson 1927): it stays inside 0 to 1 and keeps its
 * coverage for few votes and for shares near 0 or 1. Without any observation the share is
 * unknown: value 0.5 and the whole range.
 */
export function wilsonInterval(successes: number, n: number, confidence = 0.95): Estimate {
  if (!(successes >= 0 && successes <= n))
    throw new RangeError(`wilsonInterval: ${successes} successes of ${n} is not a share`);
  if (n === 0) return { value: 0.5, lower: 0, upper: 1 };
  const z = twoSidedZ(confidence);
  const value = successes / n;
  const denominator = 1 + (z * z) / n;
  const centre = (value + (z * z) / (2 * n)) / denominator;
  const half = (z / denominator) * Math.sqrt((value * (1 - value)) / n + (z * z) / (4 * n * n));
  return {
    value,
    lower: successes === 0 ? 0 : Math.max(0, centre - half),
    upper: successes === n ? 1 : Math.min(1, centre + half),
  };
}
