import { describe, expect, it } from 'vitest';
import { seededUniform } from '../domain/seeded-uniform.ts';
import { normalBelow, normalQuantile } from './confidence-interval.ts';
import {
  differenceOf,
  fromStrongest,
  moreVerdictsToSeparate,
  standingsOf,
  usefulnessOf,
  type PairPreference,
} from './standings.ts';

const many = (count: number, a: string, b: string, preference: number): PairPreference[] =>
  Array.from({ length: count }, () => ({ a, b, preference }));

it('the share below a quantile is the share that the quantile is of', () => {
  for (const p of [1e-6, 0.01, 0.2, 0.5, 0.8, 0.975, 0.9999])
    expect(normalBelow(normalQuantile(p))).toBeCloseTo(p, 6);
});

describe('standings', () => {
  it('of two systems are the maximum of their posterior, with its curvature as precision', () => {
    // 7 of 10, strengths ±s with a prior of variance 1 each: 10(0.7 − p(2s)) = s.
    const standings = standingsOf(['x', 'y'], [...many(7, 'x', 'y', 1), ...many(3, 'y', 'x', 1)]);
    const { value, variance } = differenceOf(standings, 0, 1);
    const p = 1 / (1 + Math.exp(-value));
    expect(10 * (0.7 - p)).toBeCloseTo(value / 2, 9);
    // The difference has the prior variance 2, and 10 p(1 − p) of precision from the verdicts.
    expect(variance).toBeCloseTo(1 / (1 / 2 + 10 * p * (1 - p)), 9);
  });

  it('without a verdict are level and as unsure as the prior', () => {
    const standings = standingsOf(['x', 'y', 'z'], []);
    expect(fromStrongest(standings)).toEqual([0, 1, 2]);
    expect(differenceOf(standings, 0, 2)).toEqual({ value: 0, variance: 2 });
  });
});

describe('the pair that is asked about next', () => {
  it('is one with the leader, and no pair that is surely behind', () => {
    const verdicts = [
      ...many(20, 'a', 'd', 1),
      ...many(20, 'b', 'd', 1),
      ...many(20, 'a', 'c', 1),
      ...many(4, 'a', 'b', 0.5),
      ...many(1, 'a', 'b', 1),
    ];
    const useful = usefulnessOf(standingsOf(['a', 'b', 'c', 'd'], verdicts));
    const pairs = [
      [0, 1],
      [0, 2],
      [0, 3],
      [1, 2],
      [1, 3],
      [2, 3],
    ].map(([p = 0, q = 0]) => ({ pair: `${p}${q}`, useful: useful(p, q) }));
    expect(pairs.toSorted((p, q) => q.useful - p.useful)[0]?.pair).toBe('01');
    expect(pairs.toSorted((p, q) => p.useful - q.useful)[0]?.pair).toBe('23');
  });

  it('finds the best of six with fewer verdicts than pairs in turn do', () => {
    const strengths = [0, 0.3, 0.6, 0.9, 1.6, 1.2];
    const systems = strengths.map(String);
    const pairs = systems.flatMap((_, p) =>
      systems.slice(p + 1).map((_2, q) => [p, p + 1 + q] as const),
    );
    const found = (adaptive: boolean, seed: number) => {
      const draw = seededUniform(seed);
      const verdicts: PairPreference[] = [];
      for (let vote = 0; vote < 60; vote += 1) {
        const useful = usefulnessOf(standingsOf(systems, verdicts));
        const best = pairs.toSorted(([p, q], [r, s]) => useful(r, s) - useful(p, q))[0];
        const [one, other] = (adaptive ? best : pairs[vote % pairs.length]) ?? [0, 1];
        const chance = 1 / (1 + Math.exp((strengths[other] ?? 0) - (strengths[one] ?? 0)));
        const preference = draw() < chance ? 1 : 0;
        verdicts.push({ a: systems[one] ?? '', b: systems[other] ?? '', preference });
      }
      return fromStrongest(standingsOf(systems, verdicts))[0] === 4;
    };
    const seeds = Array.from({ length: 60 }, (_, seed) => seed);
    const times = (adaptive: boolean) => seeds.filter((seed) => found(adaptive, seed)).length;
    expect(times(true)).toBeGreaterThan(times(false));
  });
});

const standings = (wins: number, losses: number, ties = 0) =>
  standingsOf(
    ['x', 'y'],
    [...many(wins, 'x', 'y', 1), ...many(losses, 'x', 'y', 0), ...many(ties, 'x', 'y', 0.5)],
  );

describe('the number of verdicts that separate two systems', () => {
  it('is 0 where they are separated, unknown where they are level, and grows as they come closer', () => {
    expect(moreVerdictsToSeparate(standings(30, 4), 0, 1)).toBe(0);
    expect(moreVerdictsToSeparate(standings(5, 5), 0, 1)).toBeNull();
    const close = moreVerdictsToSeparate(standings(11, 9), 0, 1) ?? 0;
    const clear = moreVerdictsToSeparate(standings(13, 7), 0, 1) ?? 0;
    expect(clear).toBeGreaterThan(0);
    expect(close).toBeGreaterThan(5 * clear);
  });

  it('is about right: so many more at the same rate separate them, and a third of it does not', () => {
    const more = moreVerdictsToSeparate(standings(13, 7), 0, 1) ?? 0;
    const grown = (factor: number) => standings(13 * factor, 7 * factor);
    expect(moreVerdictsToSeparate(grown((20 + more) / 20), 0, 1)).toBe(0);
    expect(moreVerdictsToSeparate(grown((20 + more / 3) / 20), 0, 1)).not.toBe(0);
  });
});
