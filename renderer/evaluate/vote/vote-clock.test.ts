import { expect, it } from 'vitest';
import { VoteClock } from './vote-clock.ts';

it('leaves out the time in which the pair was hidden, also when told twice', () => {
  let nowMs = 1000;
  const clock = new VoteClock(() => nowMs);
  clock.restart();
  nowMs += 500;
  clock.pause();
  nowMs += 60_000;
  clock.pause();
  clock.resume();
  clock.resume();
  nowMs += 250;
  expect(clock.elapsedMs()).toBe(750);
});

it('gives the next pair none of the time of the last one', () => {
  let nowMs = 0;
  const clock = new VoteClock(() => nowMs);
  clock.restart();
  nowMs = 9000;
  clock.restart();
  nowMs = 9010;
  expect(clock.elapsedMs()).toBe(10);
});
