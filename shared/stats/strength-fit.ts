/** Strengths as log odds, and the curvature of the penalized log-likelihood at them, row by row. */
export interface StrengthFit {
  strengths: Float64Array;
  curvature: Float64Array;
}

/**
 * Newton's method on the penalized log-likelihood, which is concave; the mean strength is 0.
 * `wins[a · n + b]` is how often a beat b, in halves for ties.
 */
export function fitStrengths(
  wins: Float64Array,
  n: number,
  ridge: number,
  start: Float64Array = new Float64Array(n),
): StrengthFit {
  const strengths = Float64Array.from(start);
  for (let step = 0; ; step += 1) {
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
    const change = solve(curvature.slice(), gradient);
    // A step of more than one unit of log odds can overshoot where the likelihood is flat.
    const largest = change.reduce((most, one) => Math.max(most, Math.abs(one)), 0);
    const scale = Math.min(1, 1 / largest);
    for (const [at, one] of change.entries()) strengths[at]! += scale * one;
    if (largest < 1e-10 || step >= 100) return { strengths, curvature };
  }
}

/** The variances and covariances of the strengths, row by row: the inverse of the curvature. */
export function covarianceOf({ strengths: { length: n }, curvature }: StrengthFit): Float64Array {
  const covariance = new Float64Array(n * n);
  for (let column = 0; column < n; column += 1) {
    const unit = new Float64Array(n);
    unit[column] = 1;
    for (const [row, value] of solve(curvature.slice(), unit).entries())
      covariance[row * n + column] = value;
  }
  return covariance;
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
