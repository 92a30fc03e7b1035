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
