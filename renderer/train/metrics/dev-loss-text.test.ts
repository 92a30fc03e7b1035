import { expect, test } from 'vitest';
import { describeDevLosses, devLossAt } from './dev-loss-text.ts';

const losses = [2.5, 2.25, 2.125, 2.75].map((loss, epoch) => ({ step: epoch * 30, epoch, loss }));

test('the words about the chart tell where the dev loss began, where it ended and where it was lowest', () => {
  expect(describeDevLosses(losses)).toBe(
    'Dev loss from 2.5000 before training to 2.7500 after epoch 3, lowest 2.1250 after epoch 2.',
  );
  expect(describeDevLosses(losses.slice(0, 1))).toBe('Dev loss 2.5000 before training.');
  expect(describeDevLosses([])).toBe('');
});

test('a step shows the last dev loss measured by then, and none before the first', () => {
  expect(devLossAt(losses, 29)?.epoch).toBe(0);
  expect(devLossAt(losses, 30)?.epoch).toBe(1);
  expect(devLossAt(losses.slice(1), 29)).toBeUndefined();
});
