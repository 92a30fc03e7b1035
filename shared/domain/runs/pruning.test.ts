import { expect, test } from 'vitest';
import { keptByRule, type PrunableCheckpoint, type PruneRule } from './pruning.ts';

const devLosses = [2, 1.5, 1.5, 1.8, null];
const scores = [null, 0.4, 0.9, null, 0.5];
const checkpoints = devLosses.map((devLoss, index): PrunableCheckpoint => ({
  id: `e${index + 1}`,
  epoch: index + 1,
  devLoss,
  voteScore: scores[index] ?? null,
}));
const kept = (keep: PruneRule['keep'], count: number) =>
  [...keptByRule(checkpoints.toReversed(), { keep, count }).ids].toSorted();

test('the last ones stay, whatever order they come in', () => {
  expect(kept('last', 2)).toEqual(['e4', 'e5']);
  expect(kept('last', 9)).toHaveLength(5);
});

test('every n-th epoch stays, and the last one in any case', () => {
  expect(kept('every', 2)).toEqual(['e2', 'e4', 'e5']);
  expect(kept('every', 7)).toEqual(['e5']);
});

test('the best stay: the lowest dev loss, the most votes, of equal ones the later', () => {
  expect(kept('best-dev-loss', 1)).toEqual(['e3']);
  expect(kept('best-dev-loss', 2)).toEqual(['e2', 'e3']);
  expect(kept('best-votes', 2)).toEqual(['e3', 'e5']);
});

test('a rule that has nothing to judge by keeps everything and says why', () => {
  const bare = checkpoints.map((one) => ({ ...one, devLoss: null, voteScore: null }));
  for (const keep of ['best-dev-loss', 'best-votes'] as const) {
    const { ids, problem } = keptByRule(bare, { keep, count: 1 });
    expect([ids.size, problem]).toEqual([5, expect.stringMatching(/\.$/)]);
  }
});
