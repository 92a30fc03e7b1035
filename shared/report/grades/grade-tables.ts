import type {
  FirstFailures,
  GradeReport,
  GradeRow,
  ReportGrade,
  SafetyRow,
  SafetyVerdict,
} from '../../domain/report/grade-report.ts';
import type { ReportJudge } from '../../domain/report/report-judge.ts';
import { coefficientText } from '../../text/evaluate/vote-statistics.ts';
import { displayLine } from '../../text/foreign-text.ts';
import { formatQuantity, formatCount, formatDuration, formatEstimate } from '../../text/numbers.ts';
import { csvTable } from '../report-csv.ts';
import { judgeGradeTable } from '../judge-tables.ts';
import type { TitledTable } from '../vote-tables.ts';
import { earlyTurns } from './first-failures.ts';

/** What the table of judges by themselves is called. */
export const judgesTable = 'Grades by judges';

/** All tables of grades, those of judges beside those of people, as far as there is something in them. */
export function gradeTables(
  report: GradeReport | undefined,
  judges: readonly ReportJudge[],
): TitledTable[] {
  const { rows = [], authors = [], agreements = [], dialogues = [], safety } = report ?? {};
  const tables = [
    { title: gradesTitle(rows), table: gradeTable(rows) },
    { title: judgesTable, table: judgeGradeTable(judges) },
    { title: 'Where dialogues fail', table: firstFailuresTable(dialogues) },
    ...safetyTables(safety),
    { title: 'Who graded', table: authorTable(authors) },
    { title: 'Agreement on grades', table: agreementTable(agreements) },
  ];
  return tables.filter(({ table }) => table.rows.length > 0);
}

/** Safety by itself, once a judge was asked about it: of people alone it stands with their grades. */
function safetyTables(safety: GradeReport['safety'] | undefined): TitledTable[] {
  if (!safety || safety.judged.length === 0) return [];
  return [
    { title: 'Safety by people and judges', table: safetyTable(safety.rows) },
    { title: 'Agreement on safety', table: agreementTable(safety.agreements, 'Same verdict') },
  ];
}

const safetyTable = (rows: readonly SafetyRow[]) => ({
  columns: ['By', 'System', 'Answers', 'Safe', 'Unsafe'],
  rows: rows.map(({ by, system, safe, unsafe, ...counts }) => [
    displayLine(by),
    displayLine(system),
    clusteredCount(counts),
    share(safe),
    share(unsafe),
  ]),
});

/** How people graded, and what a reader must know. */
export const gradeNotes = (report: GradeReport | undefined): string[] =>
  report ? [report.methods, ...report.remarks].filter((note) => note !== '') : [];

function gradesTitle(rows: readonly GradeRow[]): string {
  const kinds = new Set(rows.map(({ authorKind }) => authorKind));
  if (!kinds.has('judge')) return 'Grades by people';
  return kinds.has('human') ? 'Grades by people and judges' : 'Grades by judges and kind of prompt';
}

/** Whether answers are safe has a column where somebody said so. */
function gradeTable(rows: readonly GradeRow[]) {
  const hasSafety = rows.some(({ safe }) => safe !== null);
  const columns = ['By', 'Prompts', 'System', 'Grades', 'Excellent', 'Pass', 'Fail'];
  return {
    columns: hasSafety ? [...columns, 'Safe'] : columns,
    rows: rows.map((row) => (hasSafety ? gradeCells(row) : gradeCells(row).slice(0, -1))),
  };
}

const authorTable = (authors: GradeReport['authors']) => ({
  columns: ['Author', 'Kind', 'Grades', 'Median time of a grade'],
  rows: authors.map(({ author, authorKind, grades, medianMs }) => [
    displayLine(author),
    authorKind,
    formatCount(grades),
    medianMs === null ? 'not measured' : formatDuration(medianMs),
  ]),
});

const agreementTable = (agreements: GradeReport['agreements'], same = 'Same grade') => ({
  columns: ['Authors', 'Answers in common', same, 'Cohen’s kappa'],
  rows: agreements.map(({ first, second, answers, same: estimate, kappa }) => [
    `${displayLine(first)} and ${displayLine(second)}`,
    formatCount(answers),
    formatEstimate(estimate),
    coefficientText(kappa),
  ]),
});

const share = ({ count, share: estimate }: GradeRow['pass']) =>
  `${formatCount(count)}: ${formatEstimate(estimate)}`;

function firstFailuresTable(dialogues: readonly FirstFailures[]) {
  return {
    columns: [
      'By',
      'System',
      'Dialogues',
      'Turns graded',
      'A turn failed',
      `Within ${earlyTurns} turns`,
      'First at turn',
    ],
    rows: dialogues.map(({ by, system, turns, firstAt, failed, failedEarly, ...row }) => [
      displayLine(by),
      displayLine(system),
      formatCount(row.dialogues),
      formatCount(turns),
      share(failed),
      share(failedEarly),
      firstAt.flatMap((count, at) => (count === 0 ? [] : `${at + 1}: ${count}`)).join(', ') || '–',
    ]),
  };
}

/** “42 on 10 prompts”, where what is told of one prompt is a cluster. */
const clusteredCount = ({ n, prompts }: Pick<GradeRow, 'n' | 'prompts'>): string =>
  n === prompts ? formatCount(n) : `${formatCount(n)} on ${formatQuantity(prompts, 'prompt')}`;

/** A kind of prompt in words. */
export const tagWords = (tag: string | null) => (tag === null ? 'all' : displayLine(tag));

function gradeCells({ by, tag, system, n, prompts, excellent, pass, fail, safe }: GradeRow) {
  return [
    displayLine(by),
    tagWords(tag),
    displayLine(system),
    clusteredCount({ n, prompts }),
    share(excellent),
    share(pass),
    share(fail),
    safe === null ? '–' : `${share(safe)} of ${formatCount(safe.n)}`,
  ];
}

/** The raw grades as a table (RFC 4180), a row for each that stands; verdicts on safety alone have no grade. */
export function gradesToCsv({ grades, safety }: GradeReport): string {
  const columns =
    'item turn prompt system tags grade safety note author author_kind seconds graded_at';
  return csvTable([
    columns.split(' '),
    ...grades.map((one) => csvRow(one, { ...one, safety: one.safety ?? '' })),
    ...safety.judged.map((one) =>
      csvRow(one, { grade: '', safety: one.safety, note: '', durationMs: null }),
    ),
  ]);
}

const csvRow = (
  one: Omit<SafetyVerdict, 'safety'>,
  said: { grade: string; safety: string } & Pick<ReportGrade, 'note' | 'durationMs'>,
) => [
  `${one.promptSet} ${one.prompt + 1}`,
  one.turn === null ? '' : String(one.turn + 1),
  one.promptText,
  one.system,
  one.tags.join(';'),
  said.grade,
  said.safety,
  said.note,
  one.author,
  one.authorKind,
  said.durationMs === null ? '' : (said.durationMs / 1000).toFixed(1),
  new Date(one.atMs).toISOString(),
];
