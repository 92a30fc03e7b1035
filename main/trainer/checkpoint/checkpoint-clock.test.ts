import { expect, test } from 'vitest';
import { CheckpointClock } from './checkpoint-clock.ts';

/** A clock whose time the test moves; writing a checkpoint takes `writeMs`. */
function aClock(everySteps: number, writeMs: number) {
  let nowMs = 0;
  const clock = new CheckpointClock(everySteps, 0, () => nowMs);
  return {
    isDue: (step: number, isEndOfEpoch = false) => clock.isDue(step, isEndOfEpoch),
    pass: (ms: number) => (nowMs += ms),
    write: (step: number) =>
      clock.time(step, () => {
        nowMs += writeMs;
        return Promise.resolve();
      }),
  };
}

test('a run without a setting is due for a checkpoint once a minute has passed', () => {
  const clock = aClock(0, 10);
  expect(clock.isDue(1)).toBe(false);
  clock.pass(59_000);
  expect(clock.isDue(2)).toBe(false);
  clock.pass(1000);
  expect(clock.isDue(3)).toBe(true);
});

test('the end of a short epoch is passed over while writing would take more than 2 % of the time', async () => {
  const clock = aClock(0, 100);
  expect(clock.isDue(4, true)).toBe(true);
  await clock.write(4);
  clock.pass(4900);
  expect(clock.isDue(8, true)).toBe(false);
  clock.pass(100);
  expect(clock.isDue(12, true)).toBe(true);
});

test('a checkpoint that takes long to write waits until writing takes at most 2 % of the time', async () => {
  const clock = aClock(0, 30_000);
  await clock.write(1);
  clock.pass(1_400_000);
  expect(clock.isDue(2)).toBe(false);
  clock.pass(100_000);
  expect(clock.isDue(3)).toBe(true);
});

test('a number of steps between checkpoints is kept, whatever the time', async () => {
  const clock = aClock(3, 60_000);
  await clock.write(3);
  expect([4, 5, 6].map((step) => clock.isDue(step))).toEqual([false, false, true]);
  clock.pass(120_000);
  expect(clock.isDue(5)).toBe(false);
});
