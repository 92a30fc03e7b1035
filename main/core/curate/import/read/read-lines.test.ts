import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { chunksOf } from '../../testing/import-fixtures.ts';
import { readLines } from './read-lines.ts';

async function linesOf(bytes: Buffer, chunkBytes: number, maxBytes?: number) {
  const lines = [];
  for await (const batch of readLines(chunksOf(bytes, chunkBytes), maxBytes)) lines.push(...batch);
  return lines.map((line) => [line.number, line.bytes?.toString('utf8')]);
}

test('blank lines, a byte order mark and CRLF do not reach the parser, nor does a missing last end', async () => {
  const bytes = Buffer.from('\uFEFFone\r\n\r\ntwo\n \t\nthree');
  for (const chunkBytes of [1, 2, 4, 100])
    expect(await linesOf(bytes, chunkBytes)).toEqual([
      [1, 'one'],
      [3, 'two'],
      [5, 'three'],
    ]);
});

test('lines with text are the same wherever the chunks are cut, also inside a character', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll(/[\r\n]/g, ''))),
      fc.integer({ min: 1, max: 9 }),
      async (texts, chunkBytes) => {
        fc.pre(!texts[0]?.startsWith('\uFEFF'));
        const bytes = Buffer.from(texts.map((text) => `${text}\n`).join(''));
        const lines = await linesOf(bytes, chunkBytes);
        const numbered = texts.map((text, index) => [index + 1, text] as const);
        expect(lines).toEqual(numbered.filter(([, text]) => /[^ \t]/.test(text)));
      },
    ),
    { numRuns: 200 },
  );
});

test('a line over the limit is reported by number and the lines after it are still read', async () => {
  const bytes = Buffer.from(`a\n${'x'.repeat(50)}\nb\n${'y'.repeat(10)}`);
  for (const chunkBytes of [3, 7, 1000])
    expect(await linesOf(bytes, chunkBytes, 10)).toEqual([
      [1, 'a'],
      [2, undefined],
      [3, 'b'],
      [4, 'y'.repeat(10)],
    ]);
});
