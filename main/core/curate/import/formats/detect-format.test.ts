import { expect, test } from 'vitest';
import {
  answer,
  FixtureFolder,
  postRow,
  postsDump,
  question,
} from '../../testing/import-fixtures.ts';
import { detectFormat } from './detect-format.ts';

const records = {
  messages: {
    messages: [
      { role: 'user', content: 'Name a knot.' },
      { role: 'assistant', content: 'A bowline.' },
    ],
  },
  alpaca: { instruction: 'Name a knot.', input: '', output: 'A bowline.' },
  sharegpt: {
    id: '1',
    conversations: [
      { from: 'human', value: 'Name a knot.' },
      { from: 'gpt', value: 'A bowline.' },
    ],
  },
  lima: { conversations: ['Name a knot.', 'A bowline.'], source: 'knots' },
};

const jsonFiles = Object.entries(records).flatMap(([format, record]) => [
  { format, container: 'json', text: `\n${JSON.stringify(record)}\n` },
  { format, container: 'json', text: JSON.stringify([record, record], null, 2) },
]);
const dump = postsDump([postRow(question(1)), postRow(answer(2, 1))]);
const files = [...jsonFiles, { format: 'stack-exchange', container: 'xml', text: dump }];

test.each(files)('$format as $container is found by content', async (file) => {
  using folder = new FixtureFolder();
  for (const compression of ['plain', 'gzip', 'zstd'] as const) {
    const path = folder.write('misleading.txt', file.text, compression);
    expect(await detectFormat(path)).toEqual({ format: file.format, container: file.container });
  }
});

test('a broken first line does not hide the format of the rest', async () => {
  using folder = new FixtureFolder();
  const path = folder.write('a.jsonl', `{"instruction": \n${JSON.stringify(records.lima)}\n`);
  expect(await detectFormat(path)).toEqual({ format: 'lima', container: 'json' });
});

test.each([
  ['', /is empty/],
  ['name,age\nAda,36\n', /starts with "name,age Ada,36 "/],
  ['instruction\toutput\na\tb\n', /as a table \(CSV or TSV\) does/],
  ['\x80\x04\x95\0\0', /holds no text but other data/],
  ['{"prompt": "q", "chosen": "a", "rejected": "b"}', /"rejected", as a set of preferences has/],
  ['{"text": "### Human: q### Assistant: a"}', /as a plain text without questions/],
  ['<users>\n<row Id="1"/></users>', /root element <users>/],
  ['{"colour": "red", "size": 3}', /fields "colour", "size"/],
  ['{\n  "colour": "red"\n}', /fields "colour"/],
])('an unknown file says what was seen and what is supported: %j', async (text, seen) => {
  using folder = new FixtureFolder();
  const error = detectFormat(folder.write('unknown', text));
  await expect(error).rejects.toThrow(seen);
  await expect(error).rejects.toThrow(/Supported are Stack Exchange Posts\.xml/);
});
