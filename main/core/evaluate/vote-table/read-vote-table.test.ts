import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import type { Verdict } from '../../../../shared/domain/evaluate/evaluation.ts';
import { composeReport } from '../../../../shared/report/compose-report.ts';
import { reportToCsv } from '../../../../shared/report/report-csv.ts';
import { reportToJson } from '../../../../shared/report/report-json.ts';
import { fixtureFacts } from '../../../../shared/report/testing/report-fixture.ts';
import { statisticsOfFile } from './read-vote-table.ts';

const folder = mkdtempSync(join(tmpdir(), 'lima-votes-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
async function statisticsOf(content: string | Buffer, authors: string[] = []) {
  const path = join(folder, `${(files += 1)}.txt`);
  writeFileSync(path, content);
  return await statisticsOfFile(path, authors);
}

test('a table whose reading is cancelled on the way ends with the reason, and nothing else does', async () => {
  const path = join(folder, 'long.csv');
  writeFileSync(path, `system_a,system_b,verdict\n${'x,y,a\n'.repeat(500_000)}`);
  const controller = new AbortController();
  // Cancelled when its state is asked for the third time: behind the first bytes.
  let asked = 0;
  Object.defineProperty(controller.signal, 'aborted', {
    get: () => {
      asked += 1;
      if (asked === 3) controller.abort(new Error('enough'));
      return asked >= 3;
    },
  });
  await expect(statisticsOfFile(path, [], controller.signal)).rejects.toThrow('enough');
  expect(asked).toBeGreaterThanOrEqual(3);
});

const annotation = (at: number, preference: unknown, more = {}) => ({
  instruction: `Question ${at}`,
  output_1: 'short',
  generator_1: 'baseline',
  output_2: 'long enough'.repeat(at + 1),
  generator_2: 'ours',
  annotator: 'judge',
  preference,
  ...more,
});

describe('annotations of AlpacaEval', () => {
  const rows = [1.75, 1.25, 2, 1.5, 0, null].map((preference, at) => annotation(at, preference));
  // Preferences for generator_2 of 0.75, 0.25, 1, and ½ where it is 1.5, 0 or missing.
  const wanted = { a: 'ours', b: 'baseline', n: 6, wins: 2, ties: 3, losses: 1 };

  test.each([
    ['a JSON array', JSON.stringify(rows, null, 2)],
    ['an object around the array', JSON.stringify({ model: 'x', annotations: rows, n: 6 })],
    ['JSON Lines', rows.map((row) => JSON.stringify(row)).join('\n')],
    ['a compressed file', gzipSync(JSON.stringify(rows))],
  ])(
    'are counted from %s, with draws where the preference is 1.5, 0 or missing',
    async (_, text) => {
      const { comparisons, read, unusable } = await statisticsOf(text);
      expect({ read, unusable }).toEqual({ read: 6, unusable: 0 });
      expect(comparisons).toHaveLength(1);
      expect(comparisons[0]).toMatchObject(wanted);
      expect(comparisons[0]?.winRate).toBeCloseTo(3.5 / 6, 12);
      expect(comparisons[0]?.discreteWinRate).toBeCloseTo(3.5 / 6, 12);
      expect(comparisons[0]?.lengthControlledWinRate).not.toBeNull();
    },
  );

  test('that are out of range are listed with their line and value, and not counted', async () => {
    const { comparisons, errors } = await statisticsOf(
      [annotation(0, 2), annotation(1, 3), annotation(2, 'yes')]
        .map((row) => JSON.stringify(row))
        .join('\n'),
    );
    expect(comparisons[0]).toMatchObject({ n: 1, wins: 1 });
    expect(errors.map(({ line }) => line)).toEqual([2, 3]);
    expect(errors[0]?.message).toContain('preference is 3');
    expect(errors[1]?.message).toContain('"yes"');
  });
});

describe('a table', () => {
  const battles =
    'model_a,model_b,winner,judge\nx,y,model_a,ann\ny,x,model_b,ann\nx,y,tie (bothbad),bea\n';

  test('of Chatbot Arena is read, whichever of two is called a', async () => {
    const { comparisons } = await statisticsOf(battles);
    expect(comparisons).toMatchObject([
      { a: 'x', b: 'y', wins: 2, ties: 1, losses: 0, prompts: 3 },
    ]);
  });

  test('with one column for each outcome, tabs, a byte order mark and names in capitals is read', async () => {
    const { comparisons } = await statisticsOf(
      '\ufeffMODEL_A\tMODEL_B\tWinner_Model_A\tWinner_Model_B\tWinner_Tie\nx\ty\t0\t1\t0\nx\ty\t0\t0\t1\n',
    );
    expect(comparisons).toMatchObject([{ wins: 0, ties: 1, losses: 1 }]);
  });

  test('keeps commas, quotes and line breaks of a prompt, which is what verdicts cluster by', async () => {
    const { comparisons, annotators } = await statisticsOf(
      'prompt;system_a;system_b;preference_a;author;output_a;output_b\n' +
        '"one; ""two""\nthree";x;y;0.75;ann;aa;b\n"one; ""two""\nthree";x;y;0;bea;aa;b\n',
    );
    expect(comparisons).toMatchObject([{ n: 2, prompts: 1, winRate: 0.375 }]);
    expect(annotators).toMatchObject([{ first: 'ann', second: 'bea', items: 1 }]);
  });

  test('counts the votes of the authors that are asked for, and names those there are', async () => {
    expect((await statisticsOf(battles, ['bea'])).comparisons).toMatchObject([{ n: 1, ties: 1 }]);
    await expect(statisticsOf(battles, ['cid'])).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining('ann, bea'),
    });
  });

  test('whose scale nobody can tell is refused with what to write instead', async () => {
    await expect(statisticsOf('{"a":"x","b":"y","preference":0.4}')).rejects.toMatchObject({
      code: 'FILE_FORMAT_UNKNOWN',
      message: expect.stringContaining('preference_a'),
    });
  });

  test.each([
    ['', 'empty'],
    ['just words\nand more\n', 'name of a system'],
    ['system_a,system_b,verdict\nx,x,a\n', 'both systems'],
    ['system_a,system_b,verdict\nx,y,maybe\n', '"maybe"'],
    ['system_a,system_b,verdict\n"x,y,a\n', 'Line'],
    ['[1, 2, 3]', 'no object'],
  ])('without a single vote is refused with the reason: %j', async (text, reason) => {
    await expect(statisticsOf(text)).rejects.toMatchObject({
      code: 'FILE_FORMAT_UNKNOWN',
      message: expect.stringContaining(reason),
    });
  });
});

const turns = (system: string, counts: number[]) =>
  ['Excellent', 'pass', 'FAIL'].flatMap((grade, at) =>
    Array.from({ length: counts[at] ?? 0 }, (_, turn) => `${system},${grade},${turn % 10}`),
  );

// LIMA, section 6: 42 turns without and 46 with thirty dialogues, in ten conversations each.
test('grades of single answers are counted by system, with intervals of conversations', async () => {
  const { quality, comparisons } = await statisticsOf(
    ['system,grade,dialogue', ...turns('LIMA', [19, 8, 15]), ...turns('with 30', [35, 10, 1])].join(
      '\n',
    ),
  );
  expect(comparisons).toEqual([]);
  const shares = quality.map(({ n, items, grades }) => ({
    n,
    items,
    shares: Object.values(grades ?? {}).map(({ share }) => Number((100 * share.value).toFixed(1))),
  }));
  expect(shares).toEqual([
    { n: 42, items: 10, shares: [45.2, 19, 35.7] },
    { n: 46, items: 10, shares: [76.1, 21.7, 2.2] },
  ]);
});

test('grades in numbers have a mean with its standard error, and none beyond 1 to 6', async () => {
  const { quality, errors } = await statisticsOf('model\trating\nx\t3\nx\t5\nx\t4\nx\t7\n');
  expect(quality).toMatchObject([{ system: 'x', n: 3, grades: null, mean: { value: 4 } }]);
  expect(quality[0]?.mean?.standardError).toBeCloseTo(1 / Math.sqrt(3), 12);
  expect(errors).toMatchObject([{ line: 5, message: expect.stringContaining('"7"') }]);
});

test('a report of ours says the same as JSON and as a table of votes', async () => {
  const verdicts: Verdict[] = ['a', 'a', 'b', 'tie', 'a', 'b', 'a'];
  const facts = fixtureFacts(verdicts);
  const report = composeReport(facts);
  const fromJson = await statisticsOf(reportToJson(report));
  const fromCsv = await statisticsOf(reportToCsv(report));
  expect(fromCsv.comparisons).toEqual(fromJson.comparisons);
  expect(fromCsv.comparisons).toMatchObject([
    { a: 'Tuned', b: 'Base', wins: 4, ties: 1, losses: 2 },
  ]);
  expect(fromCsv.comparisons[0]?.winRate).toBeCloseTo(
    report.statistics?.winPlusHalfTie.value ?? 0,
    12,
  );
});

test('no cell of a table of votes is a formula, whatever was voted on', () => {
  for (const hostile of ['=HYPERLINK("http://x")', '+1', '@SUM(A1)', '-2', 'a,"b"\nc']) {
    const csv = reportToCsv(composeReport(fixtureFacts(['a'], hostile)));
    expect(csv.split('\r\n')).toHaveLength(3);
    for (const cell of csv.split(/[,\r\n]+/)) expect(cell).not.toMatch(/^"?[=+@-]/);
  }
});
