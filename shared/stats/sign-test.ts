/** A term this much smaller than the sum cannot change it. */
const NEGLIGIBLE = 1e-18;

/** Up to here 2^n and every "n over k" fit a double, and no logarithm costs a digit. */
const DIRECT_MAX = 1000;

/**
 * Two-sided exact sign test: how probable a split at least this uneven is when wins and losses
 * are equally likely. Ties carry no information on who is better and are left out (Dixon and
 * Mood 1946). Exact binomial tail, in log space for many votes; 1 when there is nothing to
 * compare, and 0 only when the probability is below the smallest double.
 */
export function exactSignTest(wins: number, losses: number): number {
  if (!isCount(wins) || !isCount(losses))
    throw new RangeError(`exactSignTest needs two counts, got ${wins} and ${losses}`);
  const n = wins + losses;
  const smaller = Math.min(wins, losses);
  if (wins === losses) return 1;
  let term = 1;
  let sum = 1;
  for (let k = smaller; k > 0; k -= 1) {
    term *= k / (n - k + 1);
    sum += term;
    if (term < sum * NEGLIGIBLE) break;
  }
  if (n <= DIRECT_MAX) return Math.min(1, 2 * sum * (choose(n, smaller) / 2 ** n));
  const logLargestTerm = logChoose(n, smaller) - n * Math.LN2;
  return Math.min(1, 2 * Math.exp(logLargestTerm + Math.log(sum)));
}

/** "n over k" as a double: exact while it is below 2^53. */
function choose(n: number, k: number): number {
  let result = 1;
  for (let i = 1; i <= k; i += 1) result = (result * (n - k + i)) / i;
  return result;
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

/** First x at which the asymptotic series below is accurate to the last bit of a double. */
const SERIES_START = 15;

/**
 * Natural logarithm of the gamma function for x > 0, to about 15 digits.
 * Stirling's series (NIST DLMF 5.11.1); smaller x are shifted up by Γ(x+1) = x·Γ(x).
 */
export function logGamma(x: number): number {
  if (!(x > 0)) throw new RangeError(`logGamma needs a number above 0, got ${x}`);
  let shifted = x;
  let product = 1;
  while (shifted < SERIES_START) {
    product *= shifted;
    shifted += 1;
  }
  const inverse = 1 / shifted;
  const square = inverse * inverse;
  const tail =
    inverse *
    (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square / 1188))));
  const stirling = (shifted - 0.5) * Math.log(shifted) - shifted + Math.log(2 * Math.PI) / 2;
  return stirling + tail - Math.log(product);
}

/** Natural logarithm of the binomial coefficient "n over k", 0 ≤ k ≤ n. */
export function logChoose(n: number, k: number): number {
  return logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);
}
