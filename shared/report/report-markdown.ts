import type { EvaluationReport, ReportItem } from '../domain/report/evaluation-report.ts';
import type { GradeReport } from '../domain/report/grade-report.ts';
import { gradeNotes, gradeTables } from './grades/grade-tables.ts';
import {
  accuracyTable,
  agreementTable,
  authorsTable,
  biasRows,
  headline,
  originRows,
  pooledTable,
  type ReportTable,
  statisticsTable,
  systemsTable,
  verdictWords,
  votesTable,
} from './report-figures.ts';
import { dialogueTable } from './dialogue-outcome.ts';
import { answerNote, itemDialogue } from './item-dialogue.ts';
import { judgeTables } from './judge-tables.ts';
import { tagTable } from './tag-table.ts';
import { splitThinking, thoughtNote, withoutThinking } from '../template/thinking.ts';
import { displayLine, displayText } from '../text/foreign-text.ts';

/** The report as GitHub-flavoured Markdown; all foreign text is escaped or fenced. */
export function reportToMarkdown(report: EvaluationReport, grades?: GradeReport): string {
  const { statistics, disagreements, warnings } = report;
  const accuracy = accuracyTable(report);
  const dialogues = dialogueTable([report]);
  const pooled = pooledTable(report);
  const tags = tagTable([report]);
  const sections = [
    `# ${inlineMarkdown(report.name)}`,
    inlineMarkdown(headline(report)),
    markdownTable(['Evaluation', ''], originRows(report)),
    ...(disagreements.length === 0 ? [] : ['## Does not agree', markdownList(disagreements)]),
    ...(statistics === null
      ? []
      : ['## Result', table(statisticsTable(statistics, report.lengthControlled))]),
    ...(pooled === null ? [] : ['## Together with what it extends', table(pooled)]),
    ...(dialogues === null ? [] : ['## Dialogues', table(dialogues)]),
    ...(accuracy === null ? [] : ['## Right answers', table(accuracy)]),
    ...gradeSections(grades, report.judges),
    ...(warnings.length === 0 ? [] : ['## Read before quoting', markdownList(warnings)]),
    '## Protocol',
    inlineMarkdown(report.protocol),
    ...(report.methods === '' ? [] : ['## Methods', inlineMarkdown(report.methods)]),
    '## Systems',
    table(systemsTable(report)),
    '## Authors',
    table(authorsTable(report.authors)),
    ...(report.agreements.length === 0 ? [] : [table(agreementTable(report))]),
    ...(tags === null ? [] : ['## Reasons by tag', table(tags)]),
    ...judgeTables(report.judges).flatMap(({ title, table: own }) => [`## ${title}`, table(own)]),
    '## Checks on the judging',
    markdownTable(['Check', 'Finding'], biasRows(report)),
    '## Comparisons',
    ...report.items.map(itemSection),
  ];
  return `${sections.join('\n\n')}\n`;
}

function table({ columns, rows }: ReportTable): string {
  return markdownTable(columns, rows);
}

/** What grades of single answers say; nothing where nobody graded. */
export function gradeSections(
  grades: GradeReport | undefined,
  judges: EvaluationReport['judges'],
): string[] {
  const notes = gradeNotes(grades);
  return [
    ...gradeTables(grades, judges).flatMap(({ title, table: own }) => [`## ${title}`, table(own)]),
    ...(notes.length === 0 ? [] : [markdownList(notes)]),
  ];
}

/** Sentences as a list. */
export function markdownList(sentences: readonly string[]): string {
  return sentences.map((sentence) => `- ${inlineMarkdown(sentence)}`).join('\n');
}

/** One comparison: prompt, both answers, votes. */
export function itemSection(item: ReportItem): string {
  const blocks = [`### ${item.ordinal + 1}: ${verdictWords(item.verdict)}`];
  const { given, turns } = itemDialogue(item);
  for (const { role, content } of given) blocks.push(`Prompt, ${role}:`, fencedMarkdown(content));
  if (item.expected !== null) blocks.push('Expected answer:', fencedMarkdown(item.expected));
  if (turns.length === 0) blocks.push(...answerBlocks(item, item));
  for (const [at, turn] of turns.entries())
    blocks.push(`Turn ${at + 1}, user:`, fencedMarkdown(turn.asked), ...answerBlocks(item, turn));
  blocks.push(item.votes.length === 0 ? 'No vote.' : table(votesTable(item)));
  return blocks.join('\n\n');
}

type BothAnswers = Record<'a' | 'b', ReportItem['a']['turns'][number]>;

const answerBlocks = ({ shownLeft }: ReportItem, both: BothAnswers): string[] =>
  (['a', 'b'] as const).flatMap((key) => {
    const side = shownLeft === key ? 'left' : 'right';
    return [
      `Answer ${key.toUpperCase()} (shown ${side}; ${answerNote(both[key])}):`,
      fencedMarkdown(withoutThinking(both[key].output)),
      ...thinkingBlocks(both[key], key),
    ];
  });

/** What was hidden from voters; nothing where there is none. */
function thinkingBlocks({ output }: BothAnswers['a'], key: 'a' | 'b'): string[] {
  const split = splitThinking(output);
  if (thoughtNote(split) === '') return [];
  return [`Thinking of ${key.toUpperCase()}, not shown:`, fencedMarkdown(split.thinking ?? '')];
}

const SHORTEST_FENCE = 3;

/** Words that GitHub's readers turn into links or mentions whatever is escaped in them. */
const LINK_LIKE = /([^\s|`]*(?:\/\/|www\.|@)[^\s|`]*)/i;

/**
 * Text on one line that no Markdown reader (CommonMark, GitHub's tables, links and mathematics)
 * takes for markup: it can stand in a heading, a sentence or a table cell. Words that would
 * become links stand in code spans; all other punctuation with a meaning is escaped.
 */
export function inlineMarkdown(text: string): string {
  const pieces = displayLine(text).split(LINK_LIKE);
  return pieces
    .map((piece, index) => (index % 2 === 1 ? `\`${piece}\`` : escapeInline(piece)))
    .join('');
}

function escapeInline(text: string): string {
  return text.replace(/[\\*_{}[\]<>#|~&!$^]/g, '\\$&').replaceAll('`', '&#96;');
}

/** Verbatim text in a fence that is longer than any run of backticks inside it. */
export function fencedMarkdown(text: string): string {
  const shown = displayText(text);
  const runs = shown.match(/`+/g) ?? [];
  const longest = runs.reduce((length, run) => Math.max(length, run.length), 0);
  const fence = '`'.repeat(Math.max(SHORTEST_FENCE, longest + 1));
  return `${fence}text\n${shown}\n${fence}`;
}

/** A table whose cells are text, not markup. */
export function markdownTable(columns: readonly string[], rows: readonly string[][]): string {
  const ruler = `|${' --- |'.repeat(columns.length)}`;
  return [tableLine(columns), ruler, ...rows.map(tableLine)].join('\n');
}

function tableLine(cells: readonly string[]): string {
  return `| ${cells.map(inlineMarkdown).join(' | ')} |`;
}
