import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { chunksOf } from '../../testing/import-fixtures.ts';
import { readLines } from './read-lines.ts';

async function linesOf(bytes: Buffer, chunkBytes: number, maxBytes?: number) {
  const lines = [];
  for await (const batch of readLines(chunksOf(bytes, chunkBytes), maxBytes)) lines.push(...batch);
  return lines.map((line) => [line.number, line.bytes?.toString('utf8')]);
}

test('a byte order mark, CRLF and a last line without an end do not reach the parser', async () => {
  const bytes = Buffer.from('\uFEFFone\r\n\r\ntwo\nthree');
  for (const chunkBytes of [1, 2, 4, 100])
    expect(await linesOf(bytes, chunkBytes)).toEqual([
      [1, 'one'],
      [2, ''],
      [3, 'two'],
      [4, 'three'],
    ]);
});

test('lines are the same wherever the chunks are cut, also inside a character', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll(/[\r\n]/g, ''))),
      fc.integer({ min: 1, max: 9 }),
      async (texts, chunkBytes) => {
        fc.pre(!texts[0]?.startsWith('\uFEFF'));
        const bytes = Buffer.from(texts.map((text) => `${text}\n`).join(''));
        const lines = await linesOf(bytes, chunkBytes);
        expect(lines).toEqual(texts.map((text, index) => [index + 1, text]));
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
