import { expect, test } from 'vitest';
import { inLoadingOrder } from './generate-answers.ts';

test('systems on one base answer one after the other, and a round begins with the base that is loaded', () => {
  const systems = ['b', 'a', 'b', undefined, 'a'].map((basePath, at) => ({ basePath, at }));
  const order = (round: number) => inLoadingOrder(systems, round).map(({ at }) => at);
  expect(order(0)).toEqual([3, 1, 4, 0, 2]);
  expect(order(1)).toEqual([2, 0, 4, 1, 3]);
});
