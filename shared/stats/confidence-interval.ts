import type { Estimate } from '../domain/evaluate/estimates.ts';

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

/** Width, in probability, at which the tail approximation takes over from the central one. */
const TAIL = 0.02425;

const CENTRAL_TOP = [
  -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716,
  2.506628277459239,
];
const CENTRAL_BOTTOM = [
  -54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572,
  1,
];
const TAIL_TOP = [
  -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734,
  4.374664141464968, 2.938163982698783,
];
const TAIL_BOTTOM = [
  0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1,
];

function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);
}

/**
 * The z below which a share `p` of the standard normal distribution lies, 0 < p < 1.
 * Acklam's rational approximation; its relative error is below 1.2e-9.
 */
export function normalQuantile(p: number): number {
  if (!(p > 0 && p < 1))
    throw new RangeError(`normalQuantile needs a share between 0 and 1, got ${p}`);
  if (p > 0.5) return -normalQuantile(1 - p);
  if (p < TAIL) {
    const q = Math.sqrt(-2 * Math.log(p));
    return polynomial(TAIL_TOP, q) / polynomial(TAIL_BOTTOM, q);
  }
  const q = p - 0.5;
  return (q * polynomial(CENTRAL_TOP, q * q)) / polynomial(CENTRAL_BOTTOM, q * q);
}

/** The z of a two-sided interval: 0.95 gives 1.96. */
export function twoSidedZ(confidence: number): number {
  return normalQuantile((1 + confidence) / 2);
}

/**
 * The share of the standard normal distribution below z: Abramowitz and Stegun 26.2.17, whose error
 * is below 7.5e-8.
 */
export function normalBelow(z: number): number {
  if (z > 0) return 1 - normalBelow(-z);
  const t = 1 / (1 - 0.2316419 * z);
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  const tail = [1.330274429, -1.821255978, 1.781477937, -0.356563782, 0.31938153, 0];
  return density * polynomial(tail, t);
}
