import type { EncodedSample } from '../../engines/protocol/trainer.ts';
import { BytePairEncoder, type BytePairVocabulary } from './byte-pair-encoding.ts';
import { endOfText } from './blank-model.ts';
import { corpusLines } from './corpus.ts';
import type { Country } from '../../headless/demo/countries.ts';

/** Tokens that are predicted in one window. */
const windowTokens = 64;

/**
 * Cuts the endless corpus into windows of 64 trained tokens: lines one after another, an
 * end-of-text token in front of each, and a fresh line at the start of every window.
 */
export function* trainingWindows(
  countries: readonly Country[],
  vocabulary: BytePairVocabulary,
  seed: number,
): Generator<EncodedSample, never> {
  const encoder = new BytePairEncoder(vocabulary);
  const end = endOfText(vocabulary);
  const lines = corpusLines(countries, seed);
  for (let number = 1; ; number++) {
    const tokens = [end];
    while (tokens.length <= windowTokens) tokens.push(...encoder.encode(lines.next().value), end);
    const window = Int32Array.from(tokens.slice(0, windowTokens + 1));
    const trained = new Uint8Array(window.length).fill(1, 1);
    yield { id: `window ${number}`, tokens: window, trained };
  }
}
