import type {
  EvaluationReport,
  ReportItem,
  ReportVote,
} from '../domain/report/evaluation-report.ts';
import type { ReportJudge } from '../domain/report/report-judge.ts';
import { saidOf } from '../stats/judge/judged-quality.ts';
import { codePoints } from '../stats/pair-verdict.ts';
import { withoutThinking } from '../template/thinking.ts';

const columns = [
  'item',
  'prompt',
  'system_a',
  'system_b',
  'verdict',
  'preference_a',
  'author',
  'author_kind',
  'left',
  'characters_a',
  'characters_b',
  'voted_at',
  'shown',
  'tags',
  'reason',
  'milliseconds',
  'probabilities_given',
  'probabilities_swapped',
  'elsewhere',
  'system',
  'grade',
  'safety',
  'turn',
] as const;

const preferences = { a: '1', tie: '0.5', b: '0' };

/**
 * The raw votes of an evaluation as a table (RFC 4180): one row for every standing vote, `lima stats` reads it back.
 * `preference_a` is 1 where system_a is better, of a judge the mean of its two orders; lengths are in
 * code points, without thinking; `shown` tells “both bad” from the other ties, and tags are parted by
 * commas. Behind them a row for each answer that a judge graded by itself, or each turn of a dialogue,
 * from 1.
 */
export const reportToCsv = (report: EvaluationReport): string =>
  reportsToCsv([report], report.judges);

/** The same of several evaluations: answers that several of them compare are graded once. */
export function reportsToCsv(
  reports: readonly EvaluationReport[],
  judges: readonly ReportJudge[],
): string {
  const rows = reports.flatMap((report) =>
    report.items.flatMap((item) => item.votes.map((vote) => voteRow(report, item, vote))),
  );
  return csvTable([columns, ...rows, ...judges.flatMap(gradeRows)]);
}

/** Rows of cells as RFC 4180 has them, without anything that a spreadsheet would compute. */
export const csvTable = (rows: readonly (readonly string[])[]): string =>
  rows.map((row) => `${row.map(csvCell).join(',')}\r\n`).join('');

function voteRow({ systems }: EvaluationReport, item: ReportItem, vote: ReportVote): string[] {
  const { author, authorKind, verdict, atMs, shown, tags, reason, durationMs } = vote;
  const { preference, orders = [] } = vote;
  const [given, swapped] = (['given', 'swapped'] as const).map((wanted) =>
    orders.find(({ order }) => order === wanted),
  );
  const elsewhere = orders.reduce((sum, one) => sum + one.elsewhere, 0) / orders.length;
  return [
    String(item.ordinal + 1),
    item.prompt.map(({ content }) => content).join('\n\n'),
    systems.a.name,
    systems.b.name,
    verdict,
    preference === undefined ? preferences[verdict] : String(preference),
    author,
    authorKind,
    shown === null ? '' : item.shownLeft,
    String(codePoints(withoutThinking(item.a.output))),
    String(codePoints(withoutThinking(item.b.output))),
    new Date(atMs).toISOString(),
    shown ?? '',
    tags.join(', '),
    reason,
    durationMs === null ? '' : String(durationMs),
    given ? given.probabilities.join(' ') : '',
    swapped ? swapped.probabilities.join(' ') : '',
    orders.length === 0 ? '' : String(elsewhere),
    '',
    '',
    '',
    '',
  ];
}

/** A judge's grades of single answers and of turns, a row each. */
function gradeRows({ author, rubric: { text }, answers }: ReportJudge): string[][] {
  const { kind } = text;
  if (kind === 'pairwise') return [];
  return answers.map(({ system, prompt, turn, probabilities, elsewhere }) => {
    const cells: Partial<Record<(typeof columns)[number], string>> = {
      prompt,
      author,
      author_kind: 'judge',
      probabilities_given: probabilities.join(' '),
      elsewhere: String(elsewhere),
      system,
      [kind === 'safety' ? 'safety' : 'grade']: String(saidOf(kind, probabilities)),
      turn: turn === null ? '' : String(turn + 1),
    };
    return columns.map((column) => cells[column] ?? '');
  });
}

/** What a spreadsheet would compute is text: foreign words may begin with the sign of a formula. */
function csvCell(value: string): string {
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
