import { expect, test } from 'vitest';
import { promptChunks, sharedStart } from './prompt-chunks.ts';

const prompt = (tokens: number[], headTokens = 0) => ({ tokens, headTokens });
const upTo = (count: number, base = 0) =>
  Array.from({ length: count }, (_, index) => base + index + 1);
const lengths = (count: number, headTokens: number, part?: { from?: number; to?: number }) =>
  [...promptChunks(prompt(upTo(count), headTokens), 16, part)].map(({ length }) => length);

test('a prompt is cut into chunks without its last token, and behind its head', () => {
  expect(lengths(40, 0)).toEqual([16, 16, 7]);
  expect(lengths(40, 20)).toEqual([16, 4, 16, 3]);
  expect(lengths(1, 0)).toEqual([]);
});

test('a short head has no chunk of its own', () => {
  expect(lengths(40, 7)).toEqual([16, 16, 7]);
});

test('the parts before and behind a cut are the chunks of the whole', () => {
  const parts = [lengths(60, 20, { to: 36 }), lengths(60, 20, { from: 36 })];
  expect(parts.flat()).toEqual(lengths(60, 20));
});

const differing = (same: number, count: number, headTokens: number) =>
  [100, 200].map((base) => prompt([...upTo(same), ...upTo(count, base)], headTokens));

test.each([
  ['up to the last whole chunk', differing(40, 9, 0), 32],
  ['up to their head', differing(24, 9, 20), 20],
  ['with chunks behind their head', differing(40, 9, 20), 36],
  ['up to a whole chunk where the head differs itself', differing(24, 9, 30), 16],
  ['not in a chunk that differs', differing(15, 9, 0), 0],
  [
    'without the last token, behind which sampling starts',
    [upTo(16), upTo(16)].map((t) => prompt(t)),
    0,
  ],
  ['to the cut before the end of the shortest', [upTo(20), upTo(60)].map((t) => prompt(t)), 16],
  [
    'nothing where they are cut in different places',
    [prompt(upTo(40), 20), prompt(upTo(40), 30)],
    0,
  ],
  ['nothing of one alone', [prompt(upTo(40))], 0],
  ['nothing of none', [], 0],
])('prompts share %s', (_, prompts, tokens) => {
  expect(sharedStart(prompts, 16)).toBe(tokens);
});
