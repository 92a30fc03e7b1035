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

test('text that is not in the encoding that was named is refused with the place', async () => {
  const wrong = answersOf(latin(cafe), 'file.jsonl', 'shift_jis');
  await expect(wrong).rejects.toThrow(/is shift_jis at its start, and something else at or behind/);
  const utf8 = answersOf(latin(cafe), 'file.jsonl', 'utf-8');
  await expect(utf8).rejects.toThrow(/no record that is a JSON object \(line 1: not UTF-8 at byte/);
});
