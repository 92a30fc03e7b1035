import { expect, test } from 'vitest';
import type { TextEncodingLabel } from '../../../../../shared/contract/curate.ts';
import {
  FixtureFolder,
  importAll,
  answer,
  postRow,
  question,
} from '../../testing/import-fixtures.ts';
import { detectEncoding, withoutCutCharacter } from './encoding.ts';

const latin = (text: string) => Buffer.from(text, 'latin1');
const wide = (text: string) => Buffer.from(text, 'utf16le');
const record = (question_: string, answer_: string) =>
  `${JSON.stringify({ instruction: question_, output: answer_ })}\n`;
const cafe = record('Où est le café?', 'À côté de la crêperie, près du théâtre.');

async function answersOf(content: Buffer, name = 'file.jsonl', encoding?: TextEncodingLabel) {
  using folder = new FixtureFolder();
  const { counts, samples, badLines } = await importAll({
    path: folder.write(name, content),
    ...(encoding && { encoding }),
  });
  const answers = samples.map(({ messages }) => messages.at(-1)?.content);
  return {
    encoding: counts.encoding,
    answers,
    bad: badLines.map(({ line, message }) => `${line} ${message}`),
  };
}

const french = 'À côté de la crêperie, près du théâtre.';
// GBK: 请问图书馆在哪里？ and 图书馆在学校的东边，走路五分钟。 as Python's codec writes them.
const gbk = Buffer.concat([
  latin('{"instruction":"'),
  Buffer.from('c7ebcecacdbccae9b9ddd4dac4c4c0efa3bf', 'hex'),
  latin('","output":"'),
  Buffer.from('cdbccae9b9ddd4dad1a7d0a3b5c4b6abb1dfa3acd7dfc2b7cee5b7d6d6d3a1a3', 'hex'),
  latin('"}\n'),
]);

test.each<[string, Buffer, string | undefined, string]>([
  ['UTF-8', Buffer.from(cafe), undefined, french],
  ['UTF-8 with a mark', Buffer.from(`\uFEFF${cafe}`), undefined, french],
  ['UTF-16 with a mark', wide(`\uFEFF${cafe}`), 'utf-16le', french],
  ['UTF-16 without a mark', wide(cafe), 'utf-16le', french],
  ['big-endian UTF-16', wide(cafe).swap16(), 'utf-16be', french],
  ['windows-1252', latin(cafe), 'windows-1252', french],
  ['GBK', gbk, 'gb18030', '图书馆在学校的东边，走路五分钟。'],
])('%s is read as it was written', async (_, content, encoding, expected) => {
  expect(await answersOf(content)).toEqual({ encoding, answers: [expected], bad: [] });
});

test('XML is read in the encoding that it declares, unless it is UTF-8 all the same', async () => {
  const rows = [question(1), answer(2, 1, { Body: '<p>Crème brûlée.</p>' })].map((row) =>
    postRow({ ...row }),
  );
  const xml = `<?xml version="1.0" encoding="ISO-8859-1"?>\n<posts>\n${rows.join('\n')}\n</posts>`;
  const read = await answersOf(latin(xml), 'Posts.xml');
  expect(read).toEqual({ encoding: 'windows-1252', answers: ['Crème brûlée.'], bad: [] });
  expect((await answersOf(Buffer.from(xml), 'Posts.xml')).answers).toEqual(['Crème brûlée.']);
  const unknown = answersOf(latin(xml.replace('ISO-8859-1', 'x-of-ours')), 'Posts.xml');
  await expect(unknown).rejects.toThrow(/Posts.xml declares the encoding "x-of-ours"/);
});

test('a line that is not UTF-8 in a file that is gets its place and is never changed', async () => {
  const good = Buffer.from(cafe.repeat(3).replaceAll('Où', `Où donc`));
  const { answers, bad } = await answersOf(Buffer.concat([good, latin(record('Thé?', 'Là.'))]));
  expect(answers).toHaveLength(3);
  const byte = good.length + '{"instruction":"Th'.length + 1;
  expect(bad).toEqual([
    `4 not UTF-8 at byte ${byte} (0xe9): convert the file to UTF-8 and import it again`,
  ]);
});

test('a sample that ends within a character is not taken for something else', () => {
  const bytes = Buffer.from('{"a":"😀😀😀"}');
  for (let end = 7; end < bytes.length; end++) {
    expect(detectEncoding('f', bytes.subarray(0, end))).toEqual({
      label: 'utf-8',
      isGuessed: false,
    });
    expect(withoutCutCharacter(bytes.subarray(0, end)).toString('utf8')).not.toContain('\ufffd');
  }
});

// In KOI8-U: де? and там, whose letters are others in every encoding that is guessed.
const ukrainian = latin('{"instruction":"\u00c4\u00c5?","output":"\u00d4\u00c1\u00cd"}\n');

test.each<[TextEncodingLabel, Buffer, string]>([
  ['koi8-u', ukrainian, 'там'],
  ['windows-1251', ukrainian, 'ФБН'],
  ['windows-1252', Buffer.from(record('Où?', 'Là.')), 'LÃ\u00a0.'],
])('text is read as %s when that is named, whatever it looks like', async (...named) => {
  const [encoding, content, expected] = named;
  const read = await answersOf(content, 'file.jsonl', encoding);
  expect(read).toEqual({ encoding, answers: [expected], bad: [] });
});

test('a line that is not in the encoding of the file is reported and the others are read', async () => {
  const mixed = Buffer.concat([
    wide(cafe),
    wide(record('Thé?', 'a*b').replace('*', '\ud800')),
    wide(cafe),
  ]);
  const read = await answersOf(mixed, 'file.jsonl', 'utf-16le');
  expect(read.answers).toEqual([french, french]);
  expect(read.bad).toEqual([
    expect.stringMatching(/^2 not in the encoding of the file behind “.*"output":"a”/),
  ]);
  const wrong = answersOf(latin(cafe), 'file.jsonl', 'shift_jis');
  await expect(wrong).rejects.toThrow(/no record .* \(line 1: not in the encoding of the file/);
  const utf8 = answersOf(latin(cafe), 'file.jsonl', 'utf-8');
  await expect(utf8).rejects.toThrow(/no record that is a JSON object \(line 1: not UTF-8 at byte/);
});

// A web page that was scraped in the wrong encoding has replacement characters of its own.
test('a replacement character that the text has itself is read as it is, in each encoding that has one', async () => {
  const scraped = record('Thé?', 'a\ufffdb');
  expect(await answersOf(wide(scraped), 'file.jsonl', 'utf-16le')).toMatchObject({
    answers: ['a\ufffdb'],
    bad: [],
  });
  const chinese = Buffer.concat([gbk, latin('{"instruction":"a","output":"')]);
  const own = Buffer.concat([chinese, Buffer.from('8431a437', 'hex'), latin('"}\n')]);
  const { answers, bad } = await answersOf(own, 'file.jsonl', 'gb18030');
  expect([answers.at(-1), bad]).toEqual(['\ufffd', []]);
});

// The bytes are those of Python's codecs: each text is of one language, in an encoding of its own.
test.each<[string, string, string]>([
  ['windows-1250', '4e656a64f8ed7665206f68f8656a7465206be17675', 'Nejdříve ohřejte kávu'],
  [
    'iso-8859-2',
    '4e616a7069657277207a61676f74756a20776f64ea2c20706f74656d20b379bf6b6120b6776965bf656a206b617779',
    'Najpierw zagotuj wodę, potem łyżka świeżej kawy',
  ],
  [
    'windows-1251',
    'd1e2e0f0e8f2e520eaeef4e52c20efeef2eeec20efe5e9f2e52e',
    'Сварите кофе, потом пейте.',
  ],
  ['koi8-r', 'f3d7c1d2c9d4c520cbcfc6c52c20d0cfd4cfcd20d0c5cad4c52e', 'Сварите кофе, потом пейте.'],
  [
    'windows-1254',
    'd66e636520fe656b65722c20736f6e72612061f0fd722061f0fd7220e761793b20fd6cfd6b',
    'Önce şeker, sonra ağır ağır çay; ılık',
  ],
  ['iso-8859-7', 'd0f1fef4e120e2f1dce6e5f4e520ede5f1fc2c20b6edede1', 'Πρώτα βράζετε νερό, Άννα'],
  ['windows-1252', '934772f6df659420962035206db22c20bd2080', '“Größe” – 5 m², ½ €'],
])('%s is told by the letters of a language', async (label, hex, expected) => {
  const text = Buffer.concat([
    latin('{"instruction":"?","output":"'),
    Buffer.from(hex, 'hex'),
    latin('"}\n'),
  ]);
  expect(await answersOf(text)).toEqual({ encoding: label, answers: [expected], bad: [] });
});

test.each([
  ['DOS text', '477294e165208162657220996c'],
  ['Mac text', '47729aa765209f62657220856c'],
])('%s is refused: it is of no language in what is known', async (_, hex) => {
  const read = answersOf(Buffer.concat([latin('{"prompt":"'), Buffer.from(hex, 'hex')]));
  await expect(read).rejects.toThrow(/its encoding cannot be told/);
});

test.each([
  ['UTF-8 beside windows-1252', Buffer.concat([Buffer.from(cafe), latin(cafe)])],
  [
    'halves of a pair, each written as a character',
    Buffer.concat([
      latin('{"instruction":"\xed\xa0\xbd\xed\xb8\x80","output":"b"}\n'),
      Buffer.from(cafe),
    ]),
  ],
])('%s is read as UTF-8 with a bad line, never as something else', async (_, content) => {
  const { encoding, answers, bad } = await answersOf(content);
  expect([encoding, answers.length, bad.length]).toEqual([undefined, 1, 1]);
});
