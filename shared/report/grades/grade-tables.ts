import type { FirstFailures, GradeReport, GradeRow } from '../../domain/report/grade-report.ts';
import type { ReportJudge } from '../../domain/report/report-judge.ts';
import { coefficientText } from '../../text/evaluate/vote-statistics.ts';
import { displayLine } from '../../text/foreign-text.ts';
import { formatQuantity, formatCount, formatDuration, formatEstimate } from '../../text/numbers.ts';
import { csvTable } from '../report-csv.ts';
import { judgeGradeTable } from '../judge-tables.ts';
import type { TitledTable } from '../vote-tables.ts';
import { earlyTurns } from './first-failures.ts';

/** All tables of grades, those of judges beside those of people, as far as there is something in them. */
export function gradeTables(
  report: GradeReport | undefined,
  judges: readonly ReportJudge[],
): TitledTable[] {
  const { rows = [], authors = [], agreements = [], dialogues = [] } = report ?? {};
  const tables = [
    { title: gradesTitle(rows), table: gradeTable(rows) },
    { title: 'Grades by judges', table: judgeGradeTable(judges) },
    { title: 'Where dialogues fail', table: firstFailuresTable(dialogues) },
    { title: 'Who graded', table: authorTable(authors) },
    { title: 'Agreement on grades', table: agreementTable(agreements) },
  ];
  return tables.filter(({ table }) => table.rows.length > 0);
}

/** How people graded, and what a reader must know. */
export const gradeNotes = (report: GradeReport | undefined): string[] =>
  report ? [report.methods, ...report.remarks].filter((note) => note !== '') : [];

function gradesTitle(rows: readonly GradeRow[]): string {
  const kinds = new Set(rows.map(({ authorKind }) => authorKind));
  if (!kinds.has('judge')) return 'Grades by people';
  return kinds.has('human') ? 'Grades by people and judges' : 'Grades by judges and kind of prompt';
}

const gradeTable = (rows: readonly GradeRow[]) => ({
  columns: ['By', 'Prompts', 'System', 'Grades', 'Excellent', 'Pass', 'Fail', 'Safe'],
  rows: rows.map(gradeCells),
});

const authorTable = (authors: GradeReport['authors']) => ({
  columns: ['Author', 'Kind', 'Grades', 'Median time of a grade'],
  rows: authors.map(({ author, authorKind, grades, medianMs }) => [
    displayLine(author),
    authorKind,
    formatCount(grades),
    medianMs === null ? 'not measured' : formatDuration(medianMs),
  ]),
});

const agreementTable = (agreements: GradeReport['agreements']) => ({
  columns: ['Authors', 'Answers in common', 'Same grade', 'Cohen’s kappa'],
  rows: agreements.map(({ first, second, answers, same, kappa }) => [
    `${displayLine(first)} and ${displayLine(second)}`,
    formatCount(answers),
    formatEstimate(same),
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

/** A kind of prompt in words. */
export const tagWords = (tag: string | null) => (tag === null ? 'all' : displayLine(tag));

function gradeCells({ by, tag, system, n, prompts, excellent, pass, fail, safe }: GradeRow) {
  return [
    displayLine(by),
    tagWords(tag),
    displayLine(system),
    n === prompts ? formatCount(n) : `${formatCount(n)} on ${formatQuantity(prompts, 'prompt')}`,
    share(excellent),
    share(pass),
    share(fail),
    safe === null ? '–' : `${share(safe)} of ${formatCount(safe.n)}`,
  ];
}

/** The raw grades as a table (RFC 4180), a row for each that stands. */
export function gradesToCsv({ grades }: GradeReport): string {
  const columns =
    'item turn prompt system tags grade safety note author author_kind seconds graded_at';
  return csvTable([
    columns.split(' '),
    ...grades.map((one) => [
      `${one.promptSet} ${one.prompt + 1}`,
      one.turn === null ? '' : String(one.turn + 1),
      one.promptText,
      one.system,
      one.tags.join(';'),
      one.grade,
      one.safety ?? '',
      one.note,
      one.author,
      one.authorKind,
      one.durationMs === null ? '' : (one.durationMs / 1000).toFixed(1),
      new Date(one.atMs).toISOString(),
    ]),
  ]);
}
