import { array, assert, double, float, property } from 'fast-check';
import { expect, test } from 'vitest';
import { chanceOf } from './chance.ts';
import { startWithShare } from './probable-tokens.ts';
import { type SamplerSettings, TokenSampler } from './token-sampler.ts';

const plain: SamplerSettings = {
  temperature: 1,
  topP: 1,
  topK: 0,
  minP: 0,
  repeatPenalty: 1,
  seed: 1,
};

/** Probabilities by the book: everything sorted, then cut as node-llama-cpp's chain does it. */
function expectedOf(logits: readonly number[], { temperature, topK, topP, minP }: SamplerSettings) {
  let kept = logits.map((logit, token) => ({ logit, token })).toSorted((p, q) => q.logit - p.logit);
  const most = kept[0]?.logit ?? 0;
  if (topK > 0) kept = kept.slice(0, topK);
  const sum = kept.reduce((total, { logit }) => total + Math.exp(logit - most), 0);
  let seen = 0;
  if (topP < 1)
    kept = kept.filter(({ logit }) => {
      const isWanted = seen < topP;
      seen += Math.exp(logit - most) / sum;
      return isWanted;
    });
  if (minP > 0) kept = kept.filter(({ logit }) => logit >= most + Math.log(minP));
  const weights = kept.map(({ logit }) => Math.exp((logit - most) / temperature));
  const all = weights.reduce((total, weight) => total + weight, 0);
  return new Map(kept.map(({ token }, at) => [token, (weights[at] ?? 0) / all]));
}

const tiny = [2, 1.5, 1.2, 0.3, 0, -0.4, -1, -1.1, -3, -6];

// The 0.999 quantiles of chi-square with 1 to 9 degrees of freedom; the seed is fixed.
const limits = [10.83, 13.82, 16.27, 18.47, 20.52, 22.46, 24.32, 26.12, 27.88];

test.each<[string, Partial<SamplerSettings>]>([
  ['plain', {}],
  ["LIMA's nucleus and temperature", { topP: 0.9, temperature: 0.7 }],
  ['hot', { temperature: 3 }],
  ['top-k', { topK: 4 }],
  ['top-k and a nucleus of it', { topK: 6, topP: 0.8 }],
  ['min-p', { minP: 0.1, temperature: 1.3 }],
  ['all of them', { topK: 8, topP: 0.95, minP: 0.05, temperature: 0.8 }],
])('10,000 draws have the distribution of the chain: %s', (_, own) => {
  const settings = { ...plain, ...own, seed: 7 };
  const expected = expectedOf(tiny, settings);
  const sampler = new TokenSampler(settings);
  const counts = new Map<number, number>();
  const draws = 10_000;
  for (let draw = 0; draw < draws; draw++) {
    const token = sampler.next(Float32Array.from(tiny));
    counts.set(token, (counts.get(token) ?? 0) + 1);
  }
  expect([...counts.keys()].filter((token) => !expected.has(token))).toEqual([]);
  let chiSquare = 0;
  for (const [token, probability] of expected)
    chiSquare += ((counts.get(token) ?? 0) - draws * probability) ** 2 / (draws * probability);
  expect(chiSquare).toBeLessThan(limits[expected.size - 2] ?? 0);
});

const sumOf = (weights: readonly number[]) => weights.reduce((total, weight) => total + weight, 0);

test('a nucleus is the one that sorting everything finds, whatever the logits', () => {
  const logits = array(float({ min: -40, max: 40, noNaN: true }), {
    minLength: 1,
    maxLength: 300,
  });
  const isNucleus = property(
    logits,
    double({ min: 0.01, max: 0.999, noNaN: true }),
    (all, share) => {
      const most = Math.max(...all);
      const found = startWithShare(Float32Array.from(all), { most, temperature: 1, share });
      const sorted = all.toSorted((p, q) => q - p);
      expect([...found].map((token) => all[token])).toEqual(sorted.slice(0, found.length));
      const weights = sorted.map((logit) => Math.exp(logit - most));
      const wanted = share * sumOf(weights);
      expect(sumOf(weights.slice(0, found.length))).toBeGreaterThanOrEqual(wanted * (1 - 1e-9));
      expect(sumOf(weights.slice(0, found.length - 1))).toBeLessThan(wanted * (1 + 1e-9));
    },
  );
  assert(isNucleus, { numRuns: 300, seed: 5 });
});

test('a nucleus reaches as far as it must among many improbable words', () => {
  const improbable = Math.exp(-12);
  const logits = Float32Array.from({ length: 20_000 }, (_, token) => (token === 7 ? 10 : -2));
  const share = 0.95;
  const found = startWithShare(logits, { most: 10, temperature: 1, share });
  const others = Math.ceil((share * (1 + 19_999 * improbable) - 1) / improbable);
  expect(found).toHaveLength(1 + others);
  expect([...found.subarray(0, 9)]).toEqual([7, 0, 1, 2, 3, 4, 5, 6, 8]);
});

test('the penalty weakens each token of the answer once, whatever the sign of its logit', () => {
  const sampler = new TokenSampler({ ...plain, temperature: 0, repeatPenalty: 1.5 });
  const next = (...logits: number[]) => {
    const given = Float32Array.from(logits);
    return [sampler.next(given), ...given];
  };
  expect(next(3, 2.5, -1)).toEqual([0, 3, 2.5, -1]);
  expect(next(3, 2.5, -1)).toEqual([1, 2, 2.5, -1]);
  expect(next(3, 1.5, -1)).toEqual([0, 2, 1, -1]);
  expect(next(-3, -3, -4)).toEqual([2, -4.5, -4.5, -4]);
});

test('greedy takes the first of equal tokens', () => {
  expect(new TokenSampler({ ...plain, temperature: 0 }).next(Float32Array.of(1, 5, 5))).toBe(1);
});

// The first numbers of std::mt19937 with its default seed are 3499211612 and 581869302; the standard
// says that the 10,000th is 4123659995, which is the high half of the 5,000th chance.
test("chances are those of C++'s Mersenne Twister", () => {
  const chance = chanceOf(5489);
  expect(chance()).toBe((3_499_211_612 + 581_869_302 * 2 ** 32) / 2 ** 64);
  for (let draw = 2; draw < 5000; draw++) chance();
  expect(Math.floor(chance() * 2 ** 32)).toBe(4_123_659_995);
});
