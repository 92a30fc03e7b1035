import type {
  EvaluationReport,
  ReportItem,
  ReportVote,
} from '../domain/evaluate/evaluation-report.ts';
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
] as const;

const preferences = { a: '1', tie: '0.5', b: '0' };

/**
 * The raw votes of some evaluations as a table (RFC 4180): one row for every standing vote, `lima stats` reads it back.
 * `preference_a` is 1 where system_a is better; lengths are in code points, without thinking;
 * `shown` tells “both bad” from the other ties, and tags are parted by commas.
 */
export function reportToCsv(...reports: readonly EvaluationReport[]): string {
  const rows = reports.flatMap((report) =>
    report.items.flatMap((item) => item.votes.map((vote) => voteRow(report, item, vote))),
  );
  return [columns, ...rows].map((row) => `${row.map(csvCell).join(',')}\r\n`).join('');
}

function voteRow({ systems }: EvaluationReport, item: ReportItem, vote: ReportVote): string[] {
  const { author, authorKind, verdict, atMs, shown, tags, reason, durationMs } = vote;
  return [
    String(item.ordinal + 1),
    item.prompt.map(({ content }) => content).join('\n\n'),
    systems.a.name,
    systems.b.name,
    verdict,
    preferences[verdict],
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
  ];
}

/** What a spreadsheet would compute is text: foreign words may begin with the sign of a formula. */
function csvCell(value: string): string {
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
