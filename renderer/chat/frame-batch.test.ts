import { expect, it } from 'vitest';
import { FrameBatch } from './frame-batch.ts';

it('delivers once per frame, in order, and nothing twice after the final flush', () => {
  const frames: (() => void)[] = [];
  const delivered: string[] = [];
  const batch = new FrameBatch(
    (text) => delivered.push(text),
    (callback) => frames.push(callback),
  );
  batch.add('a');
  batch.add('b');
  expect(frames).toHaveLength(1);
  frames.shift()?.();
  batch.add('c');
  batch.flush();
  frames.shift()?.();
  expect(delivered).toEqual(['ab', 'c']);
});
