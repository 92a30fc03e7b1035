import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  answer,
  compressFixture,
  FixtureFolder,
  importAll,
  postRow,
  postsDump,
  question,
} from '../../testing/import-fixtures.ts';
import { sampleContentHash, textHash } from '../../../../store/content-hash.ts';
import { importFile } from '../import-file.ts';

const name = 'coffee.stackexchange.Posts.xml';

async function importRows(rows: readonly object[], fileName = name, source?: string) {
  using folder = new FixtureFolder();
  const text = postsDump(rows.map((row) => postRow({ ...row })));
  const path = folder.write(fileName, text);
  return await importAll(source === undefined ? { path } : { path, source });
}

test('an answered question becomes a sample with all that attribution asks for', async () => {
  const { counts, samples, badLines } = await importRows([
    question(1, { Tags: '<paper><filters>', Score: 31, OwnerDisplayName: 'Ada' }),
    answer(2, 1, { Body: '<p>Seam <b>first</b>.</p>\n<ul><li>fold</li><li>rinse</li></ul>' }),
  ]);
  expect({ counts, badLines }).toEqual({
    counts: {
      format: 'stack-exchange',
      rows: 2,
      samples: 1,
      bad: 0,
      leftOut: {},
      unusable: {},
      ignoredFields: {},
    },
    badLines: [],
  });
  expect(samples[0]?.messages[1]?.content).toBe('Seam **first**.\n\n- fold\n- rinse');
  expect(samples[0]?.source).toBe('coffee.stackexchange');
  expect(samples[0]?.provenance).toEqual({
    site: 'coffee.stackexchange.com',
    url: 'https://coffee.stackexchange.com/a/2',
    title: 'Which way round does a paper filter go?',
    authors: ['user 9', 'Ada'],
    licence: 'CC BY-SA 4.0',
    score: 12,
    questionScore: 31,
    tags: ['paper', 'filters'],
    createdAt: '2020-05-02T08:00:00.000Z',
    file: name,
    line: 4,
    promptFrom: expect.stringMatching(/^title/),
    answerHtml: {
      characters: 62,
      firstPerson: { times: 0, words: [] },
      crossReference: { times: 0, words: [] },
      markdownSha256: textHash('Seam **first**.\n\n- fold\n- rinse'),
    },
  });
});

test('the best answer wins wherever it stands; accepted, then older, breaks a tie', async () => {
  const { samples } = await importRows([
    answer(10, 1, { Score: 3 }),
    question(1),
    answer(11, 1, { Score: 9 }),
    answer(12, 1, { Score: 9 }),
    answer(13, 1, { Score: -2 }),
    question(2, { AcceptedAnswerId: 22 }),
    answer(21, 2, { Score: 5 }),
    answer(22, 2, { Score: 5 }),
    question(3, { AcceptedAnswerId: 31 }),
    answer(31, 3, { Score: 1 }),
    answer(32, 3, { Score: 2 }),
  ]);
  const chosen = samples.map((sample) => sample.provenance.url?.split('/').at(-1));
  expect(chosen).toEqual(['11', '22', '32']);
});

test('rows that make no sample are counted by reason, none is an error', async () => {
  const { counts } = await importRows([
    question(1),
    answer(3, 99),
    { Id: 4, PostTypeId: 5, Score: 0, Body: '' },
  ]);
  expect(counts).toMatchObject({
    samples: 0,
    bad: 0,
    rows: 3,
    leftOut: {
      'question without an answer in the file': 1,
      'answer whose question is not in the file': 1,
      'neither question nor answer, such as the wiki of a tag': 1,
    },
  });
});

test('a broken row is reported by line number and the rows around it are kept', async () => {
  using folder = new FixtureFolder();
  const rows = [
    postRow(question(1)),
    '  <row Id="x" PostTypeId="1" Score="1" />',
    '  <row Id="9" PostTypeId="2" Score="1" Body="no "parent"" />',
    '  text between rows',
    postRow(answer(2, 1)),
    postRow(answer(2, 1)),
    postRow(question(5)),
    postRow(answer(6, 5, { Body: '<p><img src="only.png"></p>' })),
    postRow(question(7)),
    postRow(answer(8, 7, { Body: '<td>'.repeat(250_001) })),
  ];
  const { samples, badLines } = await importAll({ path: folder.write(name, postsDump(rows)) });
  expect(samples).toHaveLength(1);
  expect(badLines.map(({ line, message }) => `${line} ${message}`)).toEqual([
    '4 Id is "x", expected a whole number',
    expect.stringMatching(/^5 the row is broken after Body/),
    '6 not a <row>: "text between rows"',
    '8 answer 2 appears twice; the first one was kept',
    '10 answer 6 has no text once images are removed',
    '12 post 8 has 1,000,004 characters of HTML: too long',
  ]);
});

test('a dump that is cut off is reported and everything before is kept', async () => {
  using folder = new FixtureFolder();
  const rows = [postRow(question(1)), postRow(answer(2, 1)), postRow(question(3))];
  const text = postsDump(rows);
  const path = folder.write(name, text.slice(0, text.lastIndexOf('Body=') + 12));
  const { samples, badLines } = await importAll({ path });
  expect(samples).toHaveLength(1);
  expect(badLines).toEqual([
    { line: 5, message: 'the row is cut off inside Body' },
    {
      line: 5,
      message: 'the dump ends without </posts>: it is cut off; what came before was kept',
    },
  ]);
});

test('a cut off compressed dump keeps its readable part and says so', async () => {
  using folder = new FixtureFolder();
  const rows = Array.from({ length: 3000 }, (_, index) => [
    postRow(question(2 * index + 1)),
    postRow(answer(2 * index + 2, 2 * index + 1)),
  ]);
  const bytes = compressFixture(postsDump(rows.flat()), 'gzip');
  const path = folder.write(name, bytes.subarray(0, Math.floor(bytes.length * 0.7)));
  const { counts, samples, badLines } = await importAll({ path });
  expect(samples.length).toBeGreaterThan(1000);
  expect(counts.damage).toMatch(/gzip data is cut off/);
  expect(badLines.at(-1)?.message).toMatch(/the file ends early: the gzip data is cut off/);
});

test('prompts are titles for some and title with body for the rest, the same every time', async () => {
  const rows = Array.from({ length: 60 }, (_, index) => [
    question(2 * index + 1, index < 50 ? {} : { Title: 'Filter upside down' }),
    answer(2 * index + 2, 2 * index + 1),
  ]);
  const first = await importRows(rows.flat());
  const kinds = first.samples.map((sample) => sample.provenance.promptFrom);
  const titles = kinds.slice(0, 50).filter((kind) => kind === 'title').length;
  expect(titles).toBeGreaterThan(10);
  expect(titles).toBeLessThan(40);
  expect(new Set(kinds.slice(50))).toEqual(new Set(['title-and-body']));
  expect(first.samples.at(-1)?.messages[0]?.content).toBe(
    'Filter upside down\n\nMine has a seam on one side.',
  );
  const second = await importRows(rows.flat(), 'again.gz');
  const hashes = (run: typeof first) => run.samples.map((s) => sampleContentHash(s.messages));
  expect(hashes(second)).toEqual(hashes(first));
  expect(new Set(hashes(first)).size).toBe(60);
});

test('the licence is the one stated, else the one in force when the post was written', async () => {
  const dates = ['2011-04-07', '2011-04-08', '2018-05-01', '2018-05-02'];
  const rows = dates.flatMap((date, index) => {
    const CreationDate = `${date}T23:59:59.000`;
    return [
      question(2 * index + 1, { CreationDate }),
      answer(2 * index + 2, 2 * index + 1, { CreationDate }),
    ];
  });
  const { samples } = await importRows([
    ...rows,
    question(101, { ContentLicense: 'CC BY-SA 3.0' }),
    answer(102, 101),
  ]);
  expect(samples.map((sample) => sample.provenance.licence)).toEqual([
    'CC BY-SA 2.5',
    'CC BY-SA 3.0',
    'CC BY-SA 3.0',
    'CC BY-SA 4.0',
    'CC BY-SA 4.0 (answer), CC BY-SA 3.0 (question)',
  ]);
});

test('tags are read in the notation of new dumps too, and an unknown author is said to be so', async () => {
  const { OwnerUserId: _, ...orphan } = answer(2, 1);
  const { samples } = await importRows([question(1, { Tags: '|paper|hot-water|' }), orphan]);
  expect(samples[0]?.provenance.tags).toEqual(['paper', 'hot-water']);
  expect(samples[0]?.provenance.authors).toEqual(['a deleted user', 'user 7']);
});

test.each([
  ['coffee.stackexchange.Posts.xml', undefined, 'coffee.stackexchange', 'coffee.stackexchange.com'],
  ['stackoverflow.com-Posts.xml', undefined, 'stackoverflow', 'stackoverflow.com'],
  ['Posts.xml', 'mathoverflow.net', 'mathoverflow', 'mathoverflow.net'],
  ['meta.mathoverflow.net.Posts.xml', undefined, 'meta.mathoverflow', 'meta.mathoverflow.net'],
  ['Posts.xml', 'es.meta.stackoverflow.com', 'es.meta.stackoverflow', 'es.meta.stackoverflow.com'],
  ['meta.askubuntu.com.Posts.xml', undefined, 'meta.askubuntu', 'meta.askubuntu.com'],
  ['Posts.xml', 'meta.stackexchange.com', 'meta.stackexchange', 'meta.stackexchange.com'],
  ['Posts.xml', undefined, 'stackexchange', undefined],
  ['my dump.xml', undefined, 'my dump', undefined],
  ['coffee.stackexchange.com.7z', undefined, 'coffee.stackexchange', 'coffee.stackexchange.com'],
  ['stackoverflow.com-Posts.7z', undefined, 'stackoverflow', 'stackoverflow.com'],
  [
    'meta.coffee.stackexchange.com.7z',
    undefined,
    'meta.coffee.stackexchange',
    'meta.coffee.stackexchange.com',
  ],
  [
    '3dprinting.meta.stackexchange.com.7z',
    undefined,
    '3dprinting.meta.stackexchange',
    '3dprinting.meta.stackexchange.com',
  ],
])('the site of %s (given %s) is %s', async (file, given, source, site) => {
  const { samples } = await importRows([question(1), answer(2, 1)], file, given);
  expect(samples[0]?.source).toBe(source);
  expect(samples[0]?.provenance.site).toBe(site);
  expect(samples[0]?.provenance.url).toBe(site && `https://${site}/a/2`);
});

test('no scratch file is left behind, also when the samples cannot be taken', async () => {
  using folder = new FixtureFolder();
  using scratch = new FixtureFolder();
  const path = folder.write(name, postsDump([postRow(question(1)), postRow(answer(2, 1))]));
  const request = { path, format: 'auto' as const, scratchFolder: scratch.path };
  await importFile(request, async () => undefined);
  await expect(
    importFile(request, async () => {
      throw new Error('the disk is full');
    }),
  ).rejects.toThrow('the disk is full');
  expect(readdirSync(scratch.path)).toEqual([]);
});
