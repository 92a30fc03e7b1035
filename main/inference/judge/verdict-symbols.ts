import { InferenceError } from '../../engines/protocol/errors.ts';
import type { Vocabulary } from '../model/vocabulary.ts';

/**
 * The tokens of each symbol. Throws JUDGE_SYMBOLS where one has none of its own: its probability could
 * not be read from the next token.
 */
export function symbolTokensOf(vocabulary: Vocabulary, symbols: readonly string[]): number[][] {
  const tokens = symbols.map((symbol) => [...vocabulary.symbolTokens(symbol)]);
  const taken = new Set<number>();
  for (const [index, own] of tokens.entries()) {
    const symbol = symbols[index] ?? '';
    if (own.length === 0 || own.some((token) => taken.has(token)))
      throw new InferenceError(
        'JUDGE_SYMBOLS',
        `The verdict "${symbol}" is no token of its own in the judge's vocabulary: choose other symbols, such as 1 and 2.`,
        { symbol },
      );
    for (const token of own) taken.add(token);
  }
  return tokens;
}

/** The probabilities of symbols among themselves, and of all that is none of them. */
export function symbolProbabilities(
  logits: Float32Array,
  symbols: readonly (readonly number[])[],
): { probabilities: number[]; elsewhere: number } {
  let most = -Infinity;
  for (let at = 0; at < logits.length; at++) most = Math.max(most, logits[at] ?? 0);
  const weightOf = (token: number) => Math.exp((logits[token] ?? 0) - most);
  let all = 0;
  for (let at = 0; at < logits.length; at++) all += weightOf(at);
  const weights = symbols.map((tokens) => tokens.reduce((sum, token) => sum + weightOf(token), 0));
  const spoken = weights.reduce((sum, weight) => sum + weight, 0);
  // Of symbols that are all out of the question none is more likely than another.
  const probabilities = weights.map((weight) =>
    spoken > 0 ? weight / spoken : 1 / weights.length,
  );
  return { probabilities, elsewhere: Math.max(0, 1 - spoken / all) };
}
