import { expect, it } from 'vitest';
import { PressQueue } from './press-queue.ts';

const later = () => new Promise<void>((resolve) => setTimeout(resolve, 2));

it('does not let a move overtake the review that was pressed before it', async () => {
  const done: string[] = [];
  const queue = new PressQueue(() => undefined);
  queue.add(async () => {
    await later();
    done.push('accept');
  });
  queue.add(() => void done.push('next'));
  queue.add(async () => {
    await later();
    done.push('reject');
  });
  await later();
  await later();
  await later();
  expect(done).toEqual(['accept', 'next', 'reject']);
});

it('moves at once while nothing is under way, so that holding J stays smooth', () => {
  const done: string[] = [];
  new PressQueue(() => undefined).add(() => void done.push('next'));
  expect(done).toEqual(['next']);
});

it('goes on after a press that failed', async () => {
  const errors: unknown[] = [];
  const done: string[] = [];
  const queue = new PressQueue((error) => errors.push(error));
  queue.add(() => Promise.reject(new Error('refused')));
  queue.add(() => void done.push('next'));
  await later();
  expect(errors).toHaveLength(1);
  expect(done).toEqual(['next']);
});
