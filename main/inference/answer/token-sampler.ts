import type { Sampling } from '../../../shared/domain/identity.ts';
import { chanceOf } from './chance.ts';
import { mostProbable, sortedFrom, startOfShare, startWithShare } from './probable-tokens.ts';

/** How an answer's next token is chosen; where an answer ends is not the sampler's. */
export type SamplerSettings = Omit<Sampling, 'maxTokens'>;

/**
 * Chooses the tokens of one answer as node-llama-cpp does, in the order of its chain: repetition
 * penalty, top-k, top-p, min-p, temperature, chance. Of equal logits, seeds and answers so far both
 * choose the same token, but for chances that fall within 1e-7 of the edge between two.
 */
export class TokenSampler {
  readonly #settings: SamplerSettings;
  readonly #chance: () => number;
  /** The tokens of the answer so far, each once. */
  readonly #said = new Set<number>();

  constructor(settings: SamplerSettings) {
    this.#settings = settings;
    this.#chance = chanceOf(settings.seed);
  }

  /** The next token, which the penalty counts from now on. Overwrites logits of penalized tokens. */
  next(logits: Float32Array): number {
    this.#penalize(logits);
    const token = this.#settings.temperature === 0 ? greatestOf(logits) : this.#draw(logits);
    this.#said.add(token);
    return token;
  }

  #penalize(logits: Float32Array): void {
    const penalty = Math.fround(this.#settings.repeatPenalty);
    if (penalty === 1) return;
    for (const token of this.#said) {
      const logit = logits[token] ?? 0;
      logits[token] = logit <= 0 ? logit * penalty : logit / penalty;
    }
  }

  #draw(logits: Float32Array): number {
    const { temperature, minP, topK, topP } = this.#settings;
    const greatest = greatestOf(logits);
    const most = logits[greatest] ?? 0;
    const chance = this.#chance();
    const isLimited = topK > 0 && topK < logits.length;
    if (!isLimited && topP >= 1 && minP === 0)
      return startWithShare(logits, { most, temperature, share: chance }).at(-1) ?? greatest;
    const least = minP > 0 ? most + Math.log(minP) : -Infinity;
    const probable = this.#probable(logits, most).filter((token) => (logits[token] ?? 0) >= least);
    const drawn = startOfShare(probable, logits, { most, temperature, share: chance });
    return drawn.at(-1) ?? greatest;
  }

  /** The tokens that top-k and top-p leave, the most probable first. */
  #probable(logits: Float32Array, most: number): Uint32Array {
    const { topK, topP, minP } = this.#settings;
    const share = { most, temperature: 1, share: topP };
    if (topK > 0 && topK < logits.length) {
      const best = mostProbable(logits, most, topK);
      return topP < 1 ? startOfShare(best, logits, share) : best;
    }
    if (topP < 1) return startWithShare(logits, share);
    return sortedFrom(logits, most + Math.log(minP));
  }
}

/** The first of the greatest, as a greedy sampler takes it. */
function greatestOf(logits: Float32Array): number {
  let even = -Infinity;
  let odd = -Infinity;
  // Two side by side: neither comparison waits for the other.
  for (let at = 0; at < logits.length; at += 2) {
    const first = logits[at] ?? -Infinity;
    const second = logits[at + 1] ?? -Infinity;
    if (first > even) even = first;
    if (second > odd) odd = second;
  }
  return Math.max(0, logits.indexOf(Math.max(even, odd)));
}
