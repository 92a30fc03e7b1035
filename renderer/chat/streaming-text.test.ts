import { expect, it } from 'vitest';
import { splitBlocks } from './streaming-text.tsx';

it('loses and repeats no character, wherever the stream stands', () => {
  const text = 'One.\n\nTwo\ntwo.\n\n- a\n\n- b\n\n```js\nx\n\ny\n```\n\nEnd **bold';
  for (let length = 0; length <= text.length; length += 1)
    expect(splitBlocks(text.slice(0, length)).join('')).toBe(text.slice(0, length));
});

it('never changes a block that was followed by another one', () => {
  const text =
    'Intro\n\n1. a\n\n2. b\n\n   more\n\nText\n\n~~~~\nx\n\n~~~\n\ny\n~~~~\n\n## Head\nx';
  let settled: string[] = [];
  for (let length = 0; length <= text.length; length += 1) {
    const blocks = splitBlocks(text.slice(0, length)).slice(0, -1);
    expect(blocks.slice(0, settled.length)).toEqual(settled);
    settled = blocks;
  }
  expect(settled.length).toBeGreaterThan(2);
});

it('does not cut a fenced block at a blank line, nor a list between its items', () => {
  expect(splitBlocks('```\na\n\nb\n```\n\nText')).toEqual(['```\na\n\nb\n```\n\n', 'Text']);
  expect(splitBlocks('1. a\n\n2. b\n\n   c')).toHaveLength(1);
});
