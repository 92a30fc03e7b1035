import { expect, test } from 'vitest';
import { grownLoss } from './loss-trend.ts';

test.each([
  ['a loss that falls', [4, 3, 2, 1.5, 1.2, 1], null],
  ['one that stays', [2, 2.1, 1.9, 2, 2.05, 2.1, 1.95, 2], null],
  ['one bad batch at the end of a long run', [...Array.from({ length: 39 }, () => 2), 4], null],
  ['a peak that comes down again', [2, 2, 9, 9, 3, 2, 1.8, 1.7], null],
  ['too few steps to say', [1, 5, 9], null],
  ['one that grows and stays high', [2, 2, 6, 7, 8, 8, 8, 8], { first: 2, last: 8 }],
  ['one that grows at once', [3, 9, 9, 9], { first: 3, last: 9 }],
])('%s', (_, losses, grown) => {
  expect(grownLoss(losses)).toEqual(grown);
});
