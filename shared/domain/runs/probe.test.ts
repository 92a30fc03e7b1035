import { expect, test } from 'vitest';
import { mostShownEpochs, pickEpochs } from './probe.ts';

const thousand = Array.from({ length: 1001 }, (_, epoch) => epoch);

test('of a long probe the base and a few epochs are shown, of a short one all', () => {
  expect(pickEpochs(thousand, { which: 'last' })).toEqual([0, ...thousand.slice(989)]);
  const from = { which: 'from', epoch: 500 } as const;
  expect(pickEpochs(thousand, from)).toEqual([0, ...thousand.slice(500, 500 + mostShownEpochs)]);
  for (const which of ['last', 'spread'] as const)
    for (const few of [[], [0], [0, 1], [1, 2], thousand.slice(0, mostShownEpochs + 1)])
      expect(pickEpochs(few, { which })).toEqual(few);
});

test('epochs that are spread begin with the first one, end with the last one and grow', () => {
  const epochs = pickEpochs(thousand, { which: 'spread' });
  expect(epochs).toHaveLength(1 + mostShownEpochs);
  expect([epochs[1], epochs.at(-1)]).toEqual([1, 1000]);
  expect(epochs.toSorted((a, b) => a - b)).toEqual(epochs);
  expect(new Set(epochs).size).toBe(epochs.length);
});
