import { expect, it } from 'vitest';
import { epochRatings } from './epoch-ratings.ts';
import type { PairVerdict } from './pair-verdict.ts';

let prompt = 0;
const many = (count: number, a: number, b: number, preference: number): PairVerdict[] =>
  Array.from({ length: count }, () => ({
    prompt: `p${(prompt += 1)}`,
    a: String(a),
    b: String(b),
    preference,
    author: 'ann',
    authorKind: 'human',
    charactersA: null,
    charactersB: null,
  }));

const facts = (epoch: number) => ({ checkpointId: epoch === 0 ? null : `c${epoch}`, devLoss: 2 });

it('rates each epoch around a mean of 1000, the best first, with the lead over the second', () => {
  const result = epochRatings(
    [
      ...many(30, 7, 5, 1),
      ...many(10, 5, 7, 1),
      ...many(25, 7, 0, 1),
      ...many(12, 5, 0, 1),
      ...many(8, 5, 0, 0.5),
      ...many(2, 0, 7, 1).map((tie) => ({ ...tie, preference: 0.5, authorKind: 'rule' as const })),
    ],
    facts,
  );
  expect(result?.ratings.map(({ epoch }) => epoch)).toEqual([7, 5, 0]);
  const ratings = result?.ratings.map(({ rating }) => rating) ?? [];
  expect(ratings.reduce((sum, one) => sum + one, 0) / 3).toBeCloseTo(1000, 6);
  expect(result?.lead.value).toBeCloseTo((ratings[0] ?? 0) - (ratings[1] ?? 0), 6);
  expect(result).toMatchObject({ votes: 85, byRule: 2, prompts: 87, moreVotes: 0 });
  expect(result?.lead.interval[0]).toBeGreaterThan(0);
  expect(result?.ratings[2]).toMatchObject({
    checkpointId: null,
    verdicts: 47,
    rankInterval: [3, 3],
  });
});

it('tells how many more votes separate the best two where they are not, and nothing of no votes', () => {
  const close = epochRatings([...many(6, 7, 9, 1), ...many(5, 9, 7, 1)], facts);
  expect(close?.moreVotes).toBeGreaterThan(50);
  expect(close?.lead.interval[0]).toBeLessThan(0);
  expect(epochRatings([...many(3, 7, 9, 1), ...many(3, 9, 7, 1)], facts)?.moreVotes).toBeNull();
  expect(epochRatings([], facts)).toBeNull();
});
