import { seededUniform } from '../../../shared/domain/seeded-uniform.ts';
import type { EncodedSample } from '../../engines/protocol/trainer.ts';

/** Samples, mean words of a question with its answer, and spread of their logarithm, by source. */
const limaSources = [
  { samples: 200, words: 352, spread: 0.6 },
  { samples: 200, words: 350, spread: 0.6 },
  { samples: 200, words: 237, spread: 0.7 },
  { samples: 200, words: 1261, spread: 0.5 },
  { samples: 50, words: 216, spread: 0.8 },
  { samples: 150, words: 215, spread: 0.6 },
];
const tokensPerWord = 1.35;

/** A sample of which `length` tokens are computed and the last one is trained. */
export function sampleOfLength(length: number): EncodedSample {
  const trained = new Uint8Array(length + 1);
  trained[length] = 1;
  return { id: `${length}`, tokens: new Int32Array(length + 1).fill(7), trained };
}

/** A thousand samples as long as LIMA's (arXiv 2305.11206), cut at `maxTokens`. */
export function limaLikeSamples(maxTokens: number): EncodedSample[] {
  const uniform = seededUniform(1);
  return limaSources.flatMap(({ samples, words, spread }) =>
    Array.from({ length: samples }, () => {
      const mean = Math.log(words * tokensPerWord) - spread ** 2 / 2;
      const tokens = Math.exp(mean + spread * normal(uniform));
      return sampleOfLength(Math.min(maxTokens - 1, Math.max(8, Math.round(tokens))));
    }),
  );
}

/** A standard normal number (Box and Muller). */
const normal = (uniform: () => number) =>
  Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
