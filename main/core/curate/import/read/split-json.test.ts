import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { JsonSplitter } from './split-json.ts';

function split(text: string, chunkBytes = 7, maxBytes?: number) {
  const splitter = new JsonSplitter(maxBytes);
  const bytes = Buffer.from(text);
  const pieces = [];
  for (let start = 0; start < bytes.length; start += chunkBytes)
    pieces.push(...splitter.push(bytes.subarray(start, start + chunkBytes)));
  return [...pieces, ...splitter.end()];
}

/** What is read: records as they are, and what is wrong with the rest, by line. */
const read = (text: string, chunkBytes?: number) =>
  split(text, chunkBytes).map(({ line, bytes, problem }) =>
    problem === undefined ? String(bytes) : `${line}: ${problem}`,
  );

const layouts: [string, (values: unknown[], indent?: number | string) => string][] = [
  ['an array', (values, indent) => JSON.stringify(values, null, indent)],
  ['one behind the other', (values, indent) => each(values, indent).join('')],
  ['one a line', (values, indent) => each(values, indent).join('\n')],
  ['one a line with commas', (values, indent) => each(values, indent).join(',\r\n')],
  [
    'a text sequence',
    (values, indent) =>
      each(values, indent)
        .map((v) => `\u001e${v}\n`)
        .join(''),
  ],
  ['arrays behind arrays', (values, indent) => `[${each(values, indent).join('][')}]`],
  [
    'an object around an array',
    (data, indent) => JSON.stringify({ version: 1, data }, null, indent),
  ],
];
const each = (values: unknown[], indent?: number | string) =>
  values.map((value) => JSON.stringify(value, null, indent));
const records = fc.array(
  fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue({ stringUnit: 'grapheme' })),
  { minLength: 1 },
);

test('a list of turns is one record, and texts under "data" are no records, wherever chunks are cut', () => {
  const turns = '[\n {"role":"user","content":"[{q"},\n {"role":"assistant","content":"a"}]';
  const texts = '{"id":"0","data":[\n"q","a"]}';
  for (let chunkBytes = 1; chunkBytes < 40; chunkBytes++) {
    expect(read(`${turns}\n${turns}`, chunkBytes)).toEqual([turns, turns]);
    expect(read(`[${turns},${turns}]`, chunkBytes)).toEqual([turns, turns]);
    expect(read(`${texts}\n${texts}`, chunkBytes)).toEqual([texts, texts]);
  }
});

test.each(layouts)('records as %s are those of JSON.parse, wherever chunks are cut', (_, write) => {
  fc.assert(
    fc.property(
      records,
      fc.constantFrom(undefined, 2, '\t', 0),
      fc.integer({ min: 1, max: 40 }),
      (values, indent, chunkBytes) => {
        fc.pre(!('data' in (values[0] ?? {})));
        const pieces = split(write(values, indent), chunkBytes);
        const parsed = pieces.map(({ bytes, problem }) => problem ?? JSON.parse(String(bytes)));
        expect(parsed).toEqual(JSON.parse(JSON.stringify(values)));
      },
    ),
    { numRuns: 60 },
  );
});

test.each<[string, string, string[]]>([
  ['an array behind an array', '[{"a":1}]\n[{"a":2}]', ['{"a":1}', '{"a":2}']],
  ['one array a line', '[{"a":1}]\n[{"a":2}]\n', ['{"a":1}', '{"a":2}']],
  [
    'a stray brace in an array',
    '[{"a":1}},{"a":2}]',
    ['{"a":1}', '1: "}" at byte 9 closes nothing that was opened; it was skipped', '{"a":2}'],
  ],
  ['a trailing comma between records', '[{"a":1},]', ['{"a":1}']],
  [
    'a trailing comma within a record',
    '[{"a":1,},{"a":2}]',
    ['1: not valid JSON: a field name in quotes is missing, at byte 9 (line 1)', '{"a":2}'],
  ],
  [
    'a wrapper with two arrays',
    '{"train":[{"a":1}],"note":"x","test":[{"a":2}]}',
    ['{"a":1}', '{"a":2}'],
  ],
  [
    'a record with a list called data',
    '{"messages":[],"data":[{"b":1}]}',
    ['{"messages":[],"data":[{"b":1}]}'],
  ],
  [
    'a line that is cut off',
    '{"a":\n{"a":2}\n{"a":3}\n',
    [
      '1: not valid JSON: a comma or the end of what was opened is missing, at byte 15 (line 3)',
      '{"a":2}',
      '{"a":3}',
    ],
  ],
  [
    'a text that is not closed',
    '{"a":"x\n{"a":2}',
    [
      '1: not valid JSON: a text in quotes goes on behind the end of its line, at byte 8 (line 1)',
      '{"a":2}',
    ],
  ],
  [
    'a comma that is missing in a printed record',
    '[\n  {\n    "a": 1\n    "b": 2\n  },\n  {"a":2}\n]',
    [
      '2: not valid JSON: a comma or the end of what was opened is missing, at byte 22 (line 4); lines 3 to 4 were skipped with it',
      '{"a":2}',
    ],
  ],
  [
    'an array that is cut off',
    '[{"a":1},\n{"a":',
    ['{"a":1}', '2: the JSON array is not closed: the file is cut off or a bracket is missing'],
  ],
  [
    'an array without its bracket',
    '[{"a":1}\n',
    ['{"a":1}', '2: the JSON array is not closed: the file is cut off or a bracket is missing'],
  ],
])('%s', (_, text, expected) => {
  for (const chunkBytes of [1, 3, 1000]) expect(read(text, chunkBytes)).toEqual(expected);
});

test('a record is found under the line and the position it begins at', () => {
  const pieces = split('[\n {"a":\n 1},\n\n {"b": "]},["}\n]', 5);
  expect(pieces.map(({ line, ordinal }) => [line, ordinal])).toEqual([
    [2, 1],
    [5, 2],
  ]);
});

test('a record over the limit does not take the memory, nor the records after it', () => {
  const text = JSON.stringify(['short', 'x'.repeat(500), 'after']);
  const pieces = split(text, 16, 100);
  expect(pieces.map(({ bytes }) => bytes?.toString())).toEqual(['"short"', undefined, '"after"']);
});

test('a record that would take more memory than its text is refused before it is parsed', () => {
  expect(read(`[${'[],'.repeat(600_000)}[]]\n`, 65_536).length).toBe(600_001);
  const [deep] = read(`{"a":${'['.repeat(300)}${']'.repeat(300)}}`, 100);
  expect(deep).toContain('nested more than 64 deep');
  const [wide] = read(`{"a":[${'[],'.repeat(600_000)}[]]}`, 65_536);
  expect(wide).toContain('holds more than 500,000 values');
});

// Each of these lines could be the value of the one before it.
test('lines that are never closed are read in time', () => {
  const pieces = split('{"a":\n'.repeat(20_000), 65_536);
  expect(pieces.every(({ problem }) => problem !== undefined)).toBe(true);
});
