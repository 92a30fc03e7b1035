import { expect, test } from 'vitest';
import { devLossAt } from './dev-loss-text.ts';

const losses = [2.5, 2.25, 2.125, 2.75].map((loss, epoch) => ({ step: epoch * 30, epoch, loss }));

test('a step shows the last dev loss measured by then, and none before the first', () => {
  expect(devLossAt(losses, 29)?.epoch).toBe(0);
  expect(devLossAt(losses, 30)?.epoch).toBe(1);
  expect(devLossAt(losses.slice(1), 29)).toBeUndefined();
});
