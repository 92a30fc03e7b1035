import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { candidateMarks } from '../../../../shared/domain/selection/candidate.ts';
import {
  selectionRecipeSchema,
  type SelectionRecipe,
} from '../../../../shared/domain/selection/selection-recipe.ts';
import { seededUniform } from '../../../../shared/domain/seeded-uniform.ts';
import {
  answer,
  FixtureFolder,
  importAll,
  postRow,
  postsDump,
  question,
  type FixtureCompression,
} from '../testing/import-fixtures.ts';
import { makeArchive } from '../testing/make-archive.ts';
import { readCandidates, readDump, type PlacedCandidate } from './candidate-file.ts';
import { readPicks } from './read-picks.ts';
import { escapedLengths } from './escaped-lengths.ts';
import { measureWords } from './measure-words.ts';
import { scanDump, textCharacters } from './scan-dump.ts';

const name = 'coffee.stackexchange.Posts.xml';

async function scanText(text: string, compression: FixtureCompression | '7z' = 'plain') {
  const folder = new FixtureFolder();
  const path =
    compression === '7z'
      ? folder.write('coffee.stackexchange.com.7z', await makeArchive({ 'Posts.xml': text }))
      : folder.write(name, text, compression);
  const outPath = join(folder.path, 'coffee.scan');
  const dump = await scanDump({ path, modifiedMs: 1, outPath }, () => undefined);
  return { folder, path, dump, outPath, candidates: [...readCandidates(outPath)] };
}

const scanRows = (rows: readonly object[]) =>
  scanText(postsDump(rows.map((row) => postRow({ ...row }))));

const pairsOf = (candidates: readonly PlacedCandidate[]) =>
  candidates.map(({ questionId, answerId }) => [questionId, answerId]);

test('of each answered question the best answer is a candidate: by score, accepted, age', async () => {
  const { folder, dump, candidates, outPath } = await scanRows([
    answer(3, 1, { Score: 5 }),
    question(1, { AcceptedAnswerId: 5 }),
    answer(4, 1, { Score: 9 }),
    answer(5, 1, { Score: 9 }),
    question(6),
    question(7),
    answer(9, 7, { Score: -2 }),
    answer(8, 7, { Score: -2 }),
    answer(10, 99),
    { Id: 11, PostTypeId: 5, Score: 0 },
    question(7, { Score: 100 }),
    { Id: 12, PostTypeId: 2, ParentId: 'x', Score: 1 },
  ]);
  using _ = folder;
  expect(pairsOf(candidates)).toEqual([
    [1, 5],
    [7, 8],
  ]);
  expect(candidates.map(({ questionScore }) => questionScore)).toEqual([4, 4]);
  expect(dump).toMatchObject({
    site: 'coffee.stackexchange',
    counts: {
      rows: 12,
      candidates: 2,
      unansweredQuestions: 1,
      otherAnswers: 3,
      orphanAnswers: 1,
      otherRows: 1,
      repeatedQuestions: 1,
      badRows: 1,
    },
    errors: [{ line: 14, message: 'ParentId is "x", expected a whole number' }],
    damage: null,
  });
  expect(readDump(outPath)).toEqual(dump);
});

const wordy = postsDump(
  [
    question(1, { Title: 'Does it work?' }),
    answer(2, 1, { Body: '<p>I &lt;3 caf\u00e9 \u{1f600}</p>\n<pre><code>my = 1</code></pre>' }),
    question(3),
    answer(4, 3, { Body: '<p>As mentioned above, fold it.</p>' }),
    question(5),
    answer(6, 5, { Score: 1, Body: '<p>I do.</p>' }),
  ].map((row) => postRow({ ...row })),
);
const { titleNeedsBody, firstPerson, crossReference, wordsMeasured } = candidateMarks;

test('lengths are those of the HTML and of its text, and titles are told that need their body', async () => {
  const { folder, candidates } = await scanText(wordy);
  using _ = folder;
  // An emoji is two code units.
  expect(candidates[0]).toMatchObject({
    htmlCharacters: 53,
    textCharacters: 19,
    titleCharacters: 13,
  });
  expect(candidates.map(({ marks }) => marks)).toEqual([titleNeedsBody, 0, 0]);
});

test('words are looked for in a packed dump at once, in a plain one where a recipe asks, each once', async () => {
  const packed = await scanText(wordy, 'gzip');
  using folders = new DisposableStack();
  folders.use(packed.folder);
  expect(packed.candidates.map(({ marks }) => marks)).toEqual([
    titleNeedsBody | wordsMeasured | firstPerson,
    wordsMeasured | crossReference,
    wordsMeasured | firstPerson,
  ]);
  const { folder, path, outPath } = await scanText(wordy);
  folders.use(folder);
  const recipe = selectionRecipeSchema.parse({ minAnswerCharacters: 0 });
  const measured = (recipeOf: SelectionRecipe) => {
    measureWords({ path: outPath, dumpPath: path }, recipeOf);
    return [...readCandidates(outPath)].map(({ marks }) => marks);
  };
  expect(measured({ ...recipe, firstPerson: 'keep', crossReference: 'keep' })).toEqual([
    titleNeedsBody,
    0,
    0,
  ]);
  expect(measured(recipe)).toEqual([titleNeedsBody, wordsMeasured | crossReference, 0]);
  rmSync(path);
  expect(measured(recipe)).toEqual([titleNeedsBody, wordsMeasured | crossReference, 0]);
  const all: SelectionRecipe = { ...recipe, titleNeedsBody: 'keep', minAnswerScore: 0 };
  expect(() => measured(all)).toThrow(/coffee\.stackexchange\.Posts\.xml/);
  writeFileSync(path, wordy.replace('Id="2"', 'Id="7"'));
  expect(() => measured(all)).toThrow('has changed since it was scanned: scan it again.');
  writeFileSync(path, wordy);
  expect(measured(all)).toEqual(packed.candidates.map(({ marks }) => marks));
});

const escape = (html: string) =>
  html
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\n', '&#xA;');

test('the lengths of escaped HTML are those of what it decodes to, or are not told', () => {
  const uniform = seededUniform(3);
  const parts = [
    'a',
    ' ',
    'word ',
    '\u00e9',
    '\u{1f600}',
    '\u8336',
    '<p>',
    '</p>',
    '<a href="x?a=1&amp;b">',
    '<',
    '>',
    '&',
    '&lt;',
    '&nbsp;',
    '&#39;',
    '&#x2603;',
    '&notanentity',
    ';',
    '"',
    "'",
    '\n',
    '<br',
  ];
  let told = 0;
  for (let round = 0; round < 3000; round++) {
    const html = Array.from(
      { length: Math.floor(uniform() * 12) },
      () => parts[Math.floor(uniform() * parts.length)] ?? '',
    ).join('');
    const escaped = round % 10 === 0 ? escape(html).replaceAll('a', '&#97;') : escape(html);
    const bytes = Buffer.from(`x"${escaped}"`);
    const lengths = escapedLengths(bytes, 2, bytes.length - 1);
    if (!lengths) continue;
    told++;
    const expected = { html: html.length, text: textCharacters(html) };
    expect({ of: html, ...lengths }).toEqual({ of: html, ...expected });
  }
  expect(told).toBeGreaterThan(2500);
});

test('a scan names the posts that a slow reader finds, whatever their order and number', async () => {
  const uniform = seededUniform(7);
  const draw = (below: number) => Math.floor(uniform() * below);
  // Questions of three buckets, more of them than a block of records holds.
  const ids = Array.from({ length: 4000 }, (_, at) => 1 + at * 700);
  const rows: { key: number; row: string; id: number; parent?: number; score: number }[] = [];
  for (const id of ids) {
    const accepted = id + 1 + draw(6);
    const score = draw(30);
    rows.push({
      key: uniform(),
      id,
      score,
      row: postRow(question(id, { Score: score, AcceptedAnswerId: accepted })),
    });
    for (let n = 0, answers = draw(4); n < answers; n++) {
      const own = { id: id + 1 + n, parent: draw(20) === 0 ? id + 5 : id, score: draw(4) };
      rows.push({
        ...own,
        key: uniform(),
        row: postRow(answer(own.id, own.parent, { Score: own.score })),
      });
    }
  }
  const shuffled = rows.toSorted((one, other) => one.key - other.key);
  const { folder, candidates, dump } = await scanText(postsDump(shuffled.map(({ row }) => row)));
  using _ = folder;
  const acceptedOf = new Map(
    rows.map(({ id, row }) => [id, Number(/AcceptedAnswerId="(\d+)"/.exec(row)?.[1] ?? 0)]),
  );
  const expected = ids.flatMap((id) => {
    const best = rows
      .filter(({ parent }) => parent === id)
      .toSorted(
        (one, other) =>
          other.score - one.score ||
          Number(other.id === acceptedOf.get(id)) - Number(one.id === acceptedOf.get(id)) ||
          one.id - other.id,
      )[0];
    return best ? [[id, best.id, best.score]] : [];
  });
  expect(candidates.map((c) => [c.questionId, c.answerId, c.answerScore])).toEqual(expected);
  const { counts } = dump;
  expect(counts.candidates + counts.unansweredQuestions).toBe(ids.length);
  expect(counts.candidates + counts.otherAnswers + counts.orphanAnswers).toBe(
    rows.length - ids.length,
  );
});

test.each(['plain', 'gzip', 'zstd', '7z'] as const)(
  'picks of a %s dump become the samples that an import makes of the same posts',
  async (compression) => {
    const text = postsDump([
      postRow(question(1, { Title: 'Why ☕ before tea?' })),
      ...Array.from({ length: 300 }, (_, at) =>
        postRow(question(100 + at, { Body: 'x'.repeat(900) })),
      ),
      postRow(answer(2, 1, { Body: `<p>${'Long. '.repeat(20_000)}</p>` })),
      postRow(answer(3, 150)),
    ]);
    const { folder, path, candidates } = await scanText(text, compression);
    using _ = folder;
    const picks = await readPicks({ path, places: candidates });
    const { samples } = await importAll({ path });
    expect(samples).toHaveLength(2);
    expect(picks.map(({ sample }) => sample)).toEqual(samples);
  },
);

test('a pick whose row is no longer where the scan saw it is refused by name', async () => {
  const { folder, path, candidates } = await scanRows([question(1), answer(2, 1)]);
  using _ = folder;
  const questionByte = candidates[0]?.questionByte ?? 0;
  const places = [
    { questionId: 1, answerId: 2, questionByte: questionByte + 5, answerByte: 3, answerLine: 4 },
    { questionId: 7, answerId: 2, questionByte, answerByte: 3, answerLine: 4 },
  ];
  expect((await readPicks({ path, places })).map(({ problem }) => problem)).toEqual([
    'post 1 is not where the scan saw it: scan the dump again',
    'post 7 is not where the scan saw it: scan the dump again',
  ]);
});

test('a dump that is cut off keeps what came before, and what is no dump is refused', async () => {
  const whole = postsDump([postRow(question(1)), postRow(answer(2, 1)), postRow(question(3))]);
  const { folder, dump, candidates } = await scanText(
    whole.slice(0, whole.indexOf('</posts>') - 40),
  );
  using _ = folder;
  expect(pairsOf(candidates)).toEqual([[1, 2]]);
  expect(dump.damage).toBe('it ends without </posts>');
  await expect(scanText('<?xml version="1.0"?>\n<users><row Id="1" /></users>')).rejects.toThrow(
    /is no dump of Stack Exchange's posts: the first row, in line 2: .*Choose the Posts\.xml of a site\./s,
  );
});
