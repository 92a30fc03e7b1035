/** How likely a judge's symbols are among themselves, and everything else. */
export interface SymbolShares {
  probabilities: number[];
  elsewhere: number;
}

/**
 * The shares of symbols among the likeliest next tokens, with or without a space before them; a token
 * that was not told counts as elsewhere. Undefined where no symbol is among them.
 */
export function sharesOfTokens(
  symbols: readonly string[],
  top: readonly { token: string; logprob: number }[],
): SymbolShares | undefined {
  const masses = symbols.map((symbol) =>
    top
      .filter(({ token }) => token.trim() === symbol)
      .reduce((sum, { logprob }) => sum + Math.exp(logprob), 0),
  );
  const mass = masses.reduce((sum, one) => sum + one, 0);
  return normalised(masses, Math.max(0, 1 - mass));
}

/** The shares of symbols among the first words of samples; undefined where none of them is one. */
export function sharesOfSamples(
  symbols: readonly string[],
  samples: readonly string[],
): SymbolShares | undefined {
  const words = samples.map((text) => /[^\s*_`"'“”.:()[\]{}]+/u.exec(text)?.[0] ?? '');
  const counts = symbols.map((symbol) => words.filter((word) => word === symbol).length);
  const counted = counts.reduce((sum, one) => sum + one, 0);
  return normalised(counts, (samples.length - counted) / samples.length);
}

function normalised(masses: readonly number[], elsewhere: number): SymbolShares | undefined {
  const sum = masses.reduce((total, one) => total + one, 0);
  if (!(sum > 0)) return undefined;
  return { probabilities: masses.map((mass) => Math.min(1, mass / sum)), elsewhere };
}
