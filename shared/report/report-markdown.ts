import type { EvaluationReport, ReportItem } from '../domain/evaluation-report.ts';
import { fencedMarkdown, inlineMarkdown, markdownTable } from './markdown-text.ts';
import {
  agreementTable,
  answerNote,
  authorsTable,
  biasRows,
  headline,
  originRows,
  type ReportTable,
  statisticsTable,
  systemsTable,
  verdictWords,
  votesTable,
} from './report-figures.ts';

/** The report as GitHub-flavoured Markdown; all foreign text is escaped or fenced. */
export function reportToMarkdown(report: EvaluationReport): string {
  const { statistics, warnings } = report;
  const sections = [
    `# ${inlineMarkdown(report.name)}`,
    inlineMarkdown(headline(report)),
    markdownTable(['Evaluation', ''], originRows(report)),
    ...(statistics === null ? [] : ['## Result', table(statisticsTable(statistics))]),
    ...(warnings.length === 0 ? [] : ['## Read before quoting', list(warnings)]),
    '## Protocol',
    inlineMarkdown(report.protocol),
    '## Systems',
    table(systemsTable(report)),
    '## Authors',
    table(authorsTable(report.authors)),
    ...(report.agreements.length === 0 ? [] : [table(agreementTable(report))]),
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

function list(sentences: readonly string[]): string {
  return sentences.map((sentence) => `- ${inlineMarkdown(sentence)}`).join('\n');
}

function itemSection(item: ReportItem): string {
  const blocks = [`### ${item.ordinal + 1}: ${verdictWords(item.verdict)}`];
  for (const { role, content } of item.prompt)
    blocks.push(`Prompt, ${role}:`, fencedMarkdown(content));
  for (const key of ['a', 'b'] as const) {
    const side = item.shownLeft === key ? 'left' : 'right';
    blocks.push(
      `Answer ${key.toUpperCase()} (shown ${side}; ${answerNote(item[key])}):`,
      fencedMarkdown(item[key].output),
    );
  }
  blocks.push(item.votes.length === 0 ? 'No vote.' : table(votesTable(item)));
  return blocks.join('\n\n');
}
