import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { JsonArraySplitter } from './split-json-array.ts';

function split(text: string, chunkBytes: number, maxBytes?: number) {
  const splitter = new JsonArraySplitter(maxBytes);
  const bytes = Buffer.from(text);
  const elements = [];
  for (let start = 0; start < bytes.length; start += chunkBytes)
    elements.push(...splitter.push(bytes.subarray(start, start + chunkBytes)));
  return { elements, isClosed: splitter.isClosed };
}

test('elements are those of JSON.parse however the file is indented and cut into chunks', () => {
  fc.assert(
    fc.property(
      fc.array(fc.jsonValue({ stringUnit: 'grapheme' })),
      fc.constantFrom(undefined, 2, '\t'),
      fc.integer({ min: 1, max: 40 }),
      (values, indent, chunkBytes) => {
        const { elements, isClosed } = split(JSON.stringify(values, null, indent), chunkBytes);
        const parsed = elements.map(({ bytes }) => JSON.parse(bytes?.toString('utf8') ?? '?'));
        expect(parsed).toEqual(JSON.parse(JSON.stringify(values)));
        expect(isClosed).toBe(true);
      },
    ),
    { numRuns: 300 },
  );
});

test('an element is found under the line it begins on', () => {
  const { elements } = split('[\n {"a":\n 1},\n\n {"b": "]},["}\n]', 5);
  expect(elements.map(({ line, ordinal }) => [line, ordinal])).toEqual([
    [2, 1],
    [5, 2],
  ]);
});

test('a cut off array gives its whole elements and says that it is not closed', () => {
  const { elements, isClosed } = split('[{"a":1},{"b":2},{"c":', 4);
  expect(elements.map(({ bytes }) => bytes?.toString())).toEqual(['{"a":1}', '{"b":2}']);
  expect(isClosed).toBe(false);
});

test('an element over the limit does not take the memory, nor the elements after it', () => {
  const text = JSON.stringify(['short', 'x'.repeat(500), 'after']);
  const { elements } = split(text, 16, 100);
  expect(elements.map(({ bytes }) => bytes?.toString())).toEqual(['"short"', undefined, '"after"']);
});
