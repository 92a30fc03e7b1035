import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addsUp, importReportSchema, type ImportReport } from '../../../shared/contract/curate.ts';
import { seededUniform } from '../../../shared/domain/seeded-uniform.ts';
import { TestCore } from '../testing/a-core.ts';
import { answer, postRow, postsDump, question } from './testing/import-fixtures.ts';

let core: TestCore;
beforeAll(async () => {
  core = await TestCore.start();
});
afterAll(() => core[Symbol.asyncDispose]());

function write(name: string, content: string | Buffer): string {
  const path = core.path(name);
  writeFileSync(path, content);
  return path;
}

async function reportOf(name: string, content: string | Buffer, dryRun = false) {
  const job = await core.import(write(name, content), { dryRun });
  expect(job.error).toBeNull();
  return importReportSchema.parse(job.result);
}

const rowsOf = ({ rows }: ImportReport) =>
  Object.fromEntries(rows.map((part) => [`${part.outcome}: ${part.reason}`, part.rows]));

const samplesAdded = ({ rows }: ImportReport) =>
  rows.filter(({ outcome }) => outcome === 'added').map((part) => part.rows);

test('every row of a dump has one outcome, answers that were not chosen among them', async () => {
  const rows = [
    question(1),
    answer(2, 1),
    answer(3, 1, { Score: 2 }),
    answer(4, 1, { Score: 1 }),
    question(5),
    answer(6, 99),
    answer(7, 99, { Score: 1 }),
    { Id: 8, PostTypeId: 5, Score: 0, Body: 'wiki' },
    question(9),
    answer(10, 9, { Body: '<p><img src="x.png"></p>' }),
  ].map((row) => postRow({ ...row }));
  const text = postsDump([...rows, '  <row Id="x" />', rows[1] ?? '']);
  const report = await reportOf('Posts.xml', text);
  expect(report).toMatchObject({ read: 12, added: 1, duplicates: 0, errorsTotal: 3 });
  expect(rowsOf(report)).toEqual({
    'added: question with an answer': 1,
    'added: best answer to a question': 1,
    'left-out: another answer to a question whose best one was chosen': 2,
    'left-out: answer whose question is not in the file': 2,
    'left-out: question without an answer in the file': 1,
    'left-out: neither question nor answer, such as the wiki of a tag': 1,
    'unusable: answer N has no text once images are removed, with its question': 2,
    'unusable: Id is …, expected a whole number': 1,
    'unusable: answer N appears twice; the first one was kept': 1,
  });
  const again = await reportOf('Posts.xml', text);
  expect(again).toMatchObject({ read: 12, added: 0, duplicates: 1 });
  expect(rowsOf(again)).toMatchObject({ 'duplicate: question with an answer': 1 });
});

test.each(Array.from({ length: 12 }, (_, seed) => seed))(
  'the rows of the dump drawn by seed %i add up, in a dry run and for real',
  async (seed) => {
    const random = seededUniform(seed);
    const pick = (count: number) => Math.floor(random() * count);
    const rows = Array.from({ length: 80 }, (_, index) => {
      // Ids and parents collide on purpose, also between questions.
      const id = 1000 * seed + pick(60);
      const kinds = [
        () => postRow(question(id, { Title: `Which way is ${seed}/${pick(30)}?` })),
        () => postRow(answer(id + 500, 1000 * seed + pick(60), { Score: pick(4) })),
        () => postRow(answer(id + 500, 1000 * seed + pick(60), { Body: '' })),
        () => postRow({ Id: id, PostTypeId: 4 }),
        () => `<row Id="${index}" PostTypeId="2" Score="1" Body="no "parent"" />`,
        () => 'text between rows',
        () => `${postRow(question(id))}${postRow(answer(id + 900, id))}`,
      ];
      return { text: kinds[pick(kinds.length)]?.() ?? '' };
    });
    const text = postsDump(rows.map((row) => row.text));
    const cut = pick(3) === 0 ? text.slice(0, -pick(2000) - 10) : text;
    const planned = await reportOf('Posts.xml', cut, true);
    const done = await reportOf('Posts.xml', cut);
    expect(addsUp(done)).toBe(true);
    expect(done.read).toBeGreaterThan(20);
    expect({ ...done, dryRun: true }).toEqual(planned);
    expect(samplesAdded(done)).toEqual(done.added > 0 ? [done.added, done.added] : []);
  },
);

const line = (index: number) => ({
  messages: { messages: [turn('user', index), turn('assistant', index)] },
  alpaca: { instruction: `Do ${index}`, output: `Done ${index}` },
  sharegpt: { conversations: [said('human', index), said('gpt', index)] },
  lima: { conversations: [`Ask ${index}`, `Answer ${index}`], source: 'lima' },
});
const turn = (role: string, index: number) => ({ role, content: `${role} ${index}` });
const said = (from: string, index: number) => ({ from, value: `${from} ${index}` });
const formats = ['messages', 'alpaca', 'sharegpt', 'lima'] as const;

describe.each(formats)('a file of %s', (format) => {
  const record = (index: number) => JSON.stringify(line(index)[format]);
  const lines = [record(1), record(2), '', record(1), '{"half', '7', '{}', record(3)];

  test('as lines accounts for each of them that is not blank', async () => {
    const report = await reportOf(`${format}-lines.jsonl`, lines.join('\n'));
    expect(report).toMatchObject({ format, read: 7, added: 3, duplicates: 1, errorsTotal: 3 });
    expect(samplesAdded(report)).toEqual([3]);
  });

  test('as an array accounts for each element, and for one that is cut off', async () => {
    const whole = await reportOf(
      `${format}.json`,
      `[${record(11)},\n${record(12)}, ${record(11)}, 7]\n`,
    );
    expect(whole).toMatchObject({ read: 4, added: 2, duplicates: 1, errorsTotal: 1 });
    const cut = await reportOf(`${format}-cut.json`, `[${record(21)},\n${record(22).slice(0, -4)}`);
    expect(cut).toMatchObject({ read: 2, added: 1, errorsTotal: 1 });
  });

  test('goes on behind the end of an array', async () => {
    const text = `[${record(31)}]\n[${record(32)}]`;
    const report = await reportOf(`${format}-two.json`, text);
    expect(report).toMatchObject({ read: 2, added: 2, errorsTotal: 0 });
  });

  test('that is cut off under compression accounts for what came out of it', async () => {
    const many = Array.from({ length: 4000 }, (_, index) => record(1000 + index));
    const bytes = gzipSync(many.join('\n'));
    const report = await reportOf(`${format}.gz`, bytes.subarray(0, bytes.length / 2));
    expect(report.read).toBeGreaterThan(100);
    expect(report.errors.at(-1)?.message).toContain('the file ends early');
  });
});

// A hundred reasons are kept apart; the account has to add up with a thousand as well.
test('more reasons than are listed are counted together', async () => {
  const letters = Array.from({ length: 300 }, (_, index) => `speaker-${'abcdefghij'[index % 10]}`);
  const bad = letters.map((from, index) =>
    JSON.stringify({
      messages: Array.from({ length: index + 1 }, (_unused, at) => ({
        role: at === index ? 7 : 'user',
        content: from,
      })),
    }),
  );
  const report = await reportOf(
    'reasons.jsonl',
    [JSON.stringify(line(900).messages), ...bad].join('\n'),
  );
  expect(report).toMatchObject({ read: 301, added: 1, errorsTotal: 300 });
});

test('a dry run of a file that says a thing twice promises what the import then adds', async () => {
  const text = [900_001, 900_002, 900_001].map((index) => JSON.stringify(line(index).alpaca));
  const planned = await reportOf('twice.jsonl', text.join('\n'), true);
  const done = await reportOf('twice.jsonl', text.join('\n'));
  expect(planned).toMatchObject({ dryRun: true, added: 2, duplicates: 1 });
  expect(done).toEqual({ ...planned, dryRun: false });
});

test('files that are checked in one go promise together what their import then adds', async () => {
  const files = [
    [910_001, 910_002],
    [910_002, 910_003],
  ].map((indexes, at) =>
    write(`go-${at}.jsonl`, indexes.map((index) => JSON.stringify(line(index).alpaca)).join('\n')),
  );
  const addedBy = async (dryRun: boolean) => {
    const added = [];
    for (const path of files) {
      const job = await core.import(path, { dryRun, batch: 'go' });
      added.push(importReportSchema.parse(job.result).added);
    }
    return added;
  };
  expect(await addedBy(true)).toEqual([2, 1]);
  expect(await addedBy(false)).toEqual([2, 1]);
});

test('a report names the encoding of a file that is not UTF-8, told or chosen', async () => {
  const text = JSON.stringify({ instruction: 'Où?', output: 'Là-bas, près du café.' });
  const report = await reportOf('latin.jsonl', Buffer.from(text, 'latin1'));
  expect(report).toMatchObject({ read: 1, added: 1, encoding: 'windows-1252' });
  const other = await core.import(write('latin.jsonl', Buffer.from(text, 'latin1')), {
    encoding: 'iso-8859-2',
  });
  expect(other.result).toMatchObject({ added: 1, encoding: 'iso-8859-2' });
});

test('the rows of a prompt file are its prompts and what is unusable', async () => {
  const lines = ['{"prompt":"One?"}', '{"prompt":""}', '', '{"half', '{"prompt":"Two?"}'];
  const path = write('prompts.jsonl', lines.join('\n'));
  const { set, read, unusable } = await core.client.prompts.import({ path });
  expect([read, set.prompts, unusable]).toEqual([4, 2, 2]);
});
