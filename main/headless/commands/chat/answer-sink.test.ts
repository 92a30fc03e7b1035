import { expect, it } from 'vitest';
import { OrderedLines } from './answer-sink.ts';

it('writes answers in the order of their prompts, as soon as it can, and none is lost', () => {
  const written: string[] = [];
  const lines = new OrderedLines(5);
  const write = (line: string) => void written.push(line);
  for (const index of [1, 3, 0]) lines.add(index, String(index), write);
  expect(written).toEqual(['0', '1']);
  lines.flush(write);
  expect(written).toEqual(['0', '1', '3']);
});
