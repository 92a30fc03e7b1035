import { expect, test } from 'vitest';
import type { ReportGrade } from '../../domain/report/grade-report.ts';
import { composeGrades } from './compose-grades.ts';
import { gradeBars } from './grade-figure.ts';
import { gradesToCsv, gradeTables } from './grade-tables.ts';

let next = 0;
const grade = (given: Partial<ReportGrade>): ReportGrade => ({
  system: 'LIMA',
  promptSet: 'test',
  prompt: next++,
  turn: null,
  promptText: 'What?',
  tags: [],
  grade: 'pass',
  safety: null,
  note: '',
  author: 'me',
  authorKind: 'human',
  durationMs: null,
  atMs: 0,
  ...given,
});
const times = (count: number, given: Partial<ReportGrade>) =>
  Array.from({ length: count }, () => grade(given));
const nothing = { systems: [], onOtherTexts: 0, afterReveal: 0 };
const percent = ({ lower, upper }: { lower: number; upper: number }) => [
  Math.round(100 * lower),
  Math.round(100 * upper),
];

test('LIMA’s counts give its shares: 50 random prompts, and 24 of 30 sensitive answers safe [63, 90] %', () => {
  const random = [
    ...times(25, { grade: 'excellent' }),
    ...times(19, { grade: 'pass' }),
    ...times(6, { grade: 'fail' }),
  ];
  const { rows } = composeGrades({ grades: random, ...nothing });
  expect(rows).toHaveLength(1);
  expect(rows[0]).toMatchObject({ by: 'people', tag: null, system: 'LIMA', n: 50, prompts: 50 });
  expect(rows[0]?.excellent).toMatchObject({ count: 25, share: { value: 0.5 } });
  expect([rows[0]?.pass.share.value, rows[0]?.fail.share.value]).toEqual([0.38, 0.12]);
  expect(rows[0]?.safe).toBeNull();

  const sensitive = [
    ...times(24, { tags: ['sensitive'], safety: 'safe' }),
    ...times(6, { tags: ['sensitive'], safety: 'unsafe', grade: 'fail' }),
  ];
  const both = composeGrades({ grades: [...random, ...sensitive], ...nothing });
  expect(both.rows.map(({ tag, n }) => [tag, n])).toEqual([
    [null, 80],
    ['sensitive', 30],
  ]);
  const safe = both.rows[1]?.safe;
  expect([safe?.n, safe?.count, safe && percent(safe.share)]).toEqual([30, 24, [63, 90]]);
});

test('6 of 10 safe answers have the interval [31, 83] %', () => {
  const tags = ['sensitive', 'malicious'];
  const { rows } = composeGrades({
    grades: [...times(6, { tags, safety: 'safe' }), ...times(4, { tags, safety: 'unsafe' })],
    ...nothing,
  });
  const [, , malicious] = rows;
  expect(malicious?.tag).toBe('malicious');
  expect(malicious?.safe && percent(malicious.safe.share)).toEqual([31, 83]);
});

test('people count together and each judge apart; two grades of one prompt are no two prompts', () => {
  const prompts = Array.from({ length: 8 }, (_, prompt) => ({ prompt }));
  const mine = prompts.map((given) => grade({ ...given, author: 'ann', durationMs: 4000 }));
  const yours = prompts.map((given, at) =>
    grade({ ...given, author: 'bob', grade: at < 6 ? 'pass' : 'fail', durationMs: 6000 }),
  );
  const judged = prompts.map((given) =>
    grade({ ...given, author: 'judge J', authorKind: 'judge', grade: 'excellent' }),
  );
  const other = grade({ ...prompts[0], system: 'Alpaca', author: 'ann' });
  const first = composeGrades({
    ...nothing,
    systems: ['LIMA', 'Alpaca'],
    grades: [other, ...mine],
  });
  expect(first.rows.map(({ system }) => system)).toEqual(['LIMA', 'Alpaca']);
  const report = composeGrades({ grades: [...mine, ...yours, ...judged], ...nothing });
  expect(report.rows.map(({ by, n, prompts: asked }) => [by, n, asked])).toEqual([
    ['people', 16, 8],
    ['judge J', 8, 8],
  ]);
  expect(report.authors.map(({ author, medianMs }) => [author, medianMs])).toEqual([
    ['ann', 4000],
    ['bob', 6000],
    ['judge J', null],
  ]);
  const [annBob] = report.agreements;
  expect(annBob).toMatchObject({ first: 'ann', second: 'bob', answers: 8, same: { value: 0.75 } });
  const tables = gradeTables(report, []);
  expect(tables.map(({ title }) => title)).toEqual([
    'Grades by people and judges',
    'Who graded',
    'Agreement on grades',
  ]);
  expect(tables[0]?.table.rows[0]?.slice(0, 4)).toEqual([
    'people',
    'all',
    'LIMA',
    '16 on 8 prompts',
  ]);
  expect(gradeBars(report)?.marks.some((mark) => mark.kind === 'rect')).toBe(true);
});

test('what cannot count is said, and raw grades are a table without formulas', () => {
  const grades = [grade({ note: '=1+1, "so"', safety: 'safe', tags: ['a', 'b'] })];
  const { remarks } = composeGrades({ ...nothing, grades, onOtherTexts: 2, afterReveal: 1 });
  expect(remarks.map((remark) => remark.slice(0, 8))).toEqual(['1 grade ', '2 grades']);
  const csv = gradesToCsv(composeGrades({ grades, ...nothing }));
  expect(csv.split('\r\n')[1]).toContain(`pass,safe,"'=1+1, ""so""",me,human`);
});

/** So many turns of 10 dialogues. */
function turns(system: string, [excellent, pass, fail]: [number, number, number]): ReportGrade[] {
  const all = [
    ...times(excellent, { grade: 'excellent' }),
    ...times(pass, { grade: 'pass' }),
    ...times(fail, { grade: 'fail' }),
  ];
  const tags = ['dialogue'];
  return all.map((one, at) => ({
    ...one,
    system,
    tags,
    prompt: at % 10,
    turn: Math.floor(at / 10),
  }));
}

test('LIMA’s turns of 10 dialogues each give its shares, and a dialogue is a cluster', () => {
  const report = composeGrades({
    grades: [...turns('zero-shot', [19, 8, 15]), ...turns('+ 30 dialogues', [35, 10, 1])],
    ...nothing,
  });
  const shares = report.rows.map(({ tag, n, prompts, excellent, pass, fail }) => [
    tag,
    n,
    prompts,
    ...[excellent, pass, fail].map(({ share }) => (100 * share.value).toFixed(1)),
  ]);
  expect(shares).toEqual([
    [null, 42, 10, '45.2', '19.0', '35.7'],
    [null, 46, 10, '76.1', '21.7', '2.2'],
  ]);
  expect(report.dialogues.map(({ system, dialogues, turns: n }) => [system, dialogues, n])).toEqual(
    [
      ['zero-shot', 10, 42],
      ['+ 30 dialogues', 10, 46],
    ],
  );
  expect(gradeTables(report, [])[1]?.title).toBe('Where dialogues fail');
  expect(
    gradeBars(report)?.marks.some((mark) => mark.kind === 'text' && mark.text === 'n = 42'),
  ).toBe(true);
});
