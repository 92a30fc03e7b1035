import type { EvaluationReport } from '../../domain/report/evaluation-report.ts';
import type { GradeReport } from '../../domain/report/grade-report.ts';
import { gradeBlock } from '../grades/grade-block.ts';
import { type StudyReport, studyReportSchema } from '../../domain/study/study-report.ts';
import { displayLine } from '../../text/foreign-text.ts';
import {
  formatCount,
  formatDuration,
  formatP,
  formatQuantity,
  formatTime,
} from '../../text/numbers.ts';
import { winRateText } from '../../text/evaluate/vote-statistics.ts';
import { preferenceBars, ratingForest, winRateForest } from '../figures/comparison-figures.ts';
import type { Figure } from '../../domain/figure.ts';
import { dialogueTable } from '../dialogue-outcome.ts';
import { figureMarkup } from '../figures/figure.ts';
import { comparison, htmlPage, labelled, section, warnings } from '../html-blocks.ts';
import { html, type Markup } from '../html-text.ts';
import { judgeTables } from '../judge-tables.ts';
import { reportsToCsv } from '../report-csv.ts';
import type { ReportTable } from '../report-figures.ts';
import { reportJsonText } from '../report-json.ts';
import {
  gradeSections,
  inlineMarkdown,
  itemSection,
  markdownList,
  markdownTable,
} from '../report-markdown.ts';
import { tagTable } from '../tag-table.ts';
import { bothBadText } from '../vote-reasons.ts';
import { type TitledTable, voteTables } from '../vote-tables.ts';

/** The figures of a study, each with the name of a file for it. */
export function studyFigures(report: StudyReport): { name: string; figure: Figure }[] {
  const { comparisons, ratings } = report.statistics;
  if (comparisons.length === 0) return [];
  return [
    { name: 'preferences', figure: preferenceBars(comparisons) },
    ...judgeFigures(report),
    { name: 'win-rates', figure: winRateForest(comparisons) },
    ...(ratings.length > 0 ? [{ name: 'ratings', figure: ratingForest(ratings) }] : []),
  ];
}

/** A judge's bars beside people's, as LIMA's figure 2 beside its figure 1. */
function judgeFigures({ basis, judges }: StudyReport): { name: string; figure: Figure }[] {
  const pairwise = judges.filter(({ pairs }) => pairs.length > 0);
  // Where nobody else judged, the bars above are its own.
  if (basis === 'judge' && pairwise.length < 2) return [];
  return pairwise.map(({ author, pairs }, at) => {
    const bars = preferenceBars(pairs.filter(({ promptSet }) => promptSet === null));
    const title = `${bars.title}, by ${displayLine(author)}`;
    return { name: `preferences-judge-${at + 1}`, figure: { ...bars, title } };
  });
}

/** The result of each pair in a sentence. */
export function studyHeadline({ statistics }: StudyReport): string[] {
  if (statistics.comparisons.length === 0) return ['No comparison has been judged yet.'];
  return statistics.comparisons.map((one) => {
    const [a, b] = [displayLine(one.a), displayLine(one.b)];
    const p = `p = ${formatP(one.holmP)} after Holm`;
    const found =
      one.holmP >= 0.05
        ? `The difference is not significant (${p}).`
        : `${one.winRate > 0.5 ? a : b} is preferred (${p}).`;
    return `${a} against ${b}: win + ½ tie ${winRateText(one)} of ${formatQuantity(one.n, 'verdict')} on ${formatQuantity(one.prompts, 'prompt')}. ${found}`;
  });
}

/** Where the numbers come from, as label and value. */
export function studyOrigin(report: StudyReport): string[][] {
  const { counts, design, promptSets, systems, seed } = report;
  return [
    ['Created', formatTime(report.createdMs)],
    [
      'Design',
      design === 'focus'
        ? `${displayLine(systems[0]?.name ?? '')} against ${formatQuantity(systems.length - 1, 'other')}`
        : `round robin of ${formatQuantity(systems.length, 'system')}`,
    ],
    ...promptSets.map(({ name, asked, contentHash }) => [
      'Prompt set',
      `${displayLine(name)}, ${formatQuantity(asked, 'prompt')}, ${displayLine(contentHash)}`,
    ]),
    [
      'Comparisons',
      `${formatCount(counts.comparisons)}: ${formatCount(counts.judged)} judged, ${formatCount(counts.open)} open, ${formatCount(counts.failed)} failed`,
    ],
    ['Votes', `${formatCount(counts.votes)}${bothBadText(counts.bothBad)}`],
    [
      'Shared by everybody',
      `${report.overlapPercent} %, ${formatCount(report.calibrationItems)} first`,
    ],
    ['Seed', String(seed)],
  ];
}

/** All tables of a study, as far as there is something in them. */
export function studyTables(report: StudyReport): TitledTable[] {
  const { annotators, failures, statistics, evaluations } = report;
  const tags = tagTable(evaluations);
  const dialogues = dialogueTable(evaluations);
  return [
    ...(statistics.comparisons.length > 0 ? voteTables(statistics) : []),
    ...(dialogues === null ? [] : [{ title: 'Dialogues', table: dialogues }]),
    ...judgeTables(report.judges),
    ...(annotators.length > 0 ? [{ title: 'Annotators', table: annotatorTable(report) }] : []),
    ...(tags === null ? [] : [{ title: 'Reasons by tag', table: tags }]),
    ...(failures.length > 0 ? [{ title: 'Failed answers', table: failureTable(report) }] : []),
  ];
}

function annotatorTable({ annotators }: StudyReport): ReportTable {
  return {
    columns: ['Annotator', 'Votes', 'Left', 'Median time of a vote'],
    rows: annotators.map(({ author, votes, left, medianMs }) => [
      displayLine(author),
      formatCount(votes),
      formatCount(left),
      medianMs === null ? 'not measured' : formatDuration(medianMs),
    ]),
  };
}

function failureTable({ failures }: StudyReport): ReportTable {
  return {
    columns: ['System', 'Prompt', 'Reason'],
    rows: failures.map(({ system, promptSet, prompt, reason }) => [
      displayLine(system),
      `${displayLine(promptSet)}, ${prompt + 1}`,
      displayLine(reason),
    ]),
  };
}

/** The report as JSON, its complete and lossless form. */
export const studyToJson = (report: StudyReport, grades?: GradeReport): string =>
  reportJsonText({ ...studyReportSchema.parse(report), ...(grades && { grades }) });

/** The raw votes of every pair as one table. */
export const studyToCsv = (report: StudyReport): string =>
  reportsToCsv(report.evaluations, report.judges);

/** The report as GitHub-flavoured Markdown; all foreign text is escaped or fenced. */
export function studyToMarkdown(report: StudyReport, grades?: GradeReport): string {
  const sections = [
    `# ${inlineMarkdown(report.name)}`,
    markdownList(studyHeadline(report)),
    markdownTable(['Study', ''], studyOrigin(report)),
    ...(report.disagreements.length === 0
      ? []
      : ['## Does not agree', markdownList(report.disagreements)]),
    ...(report.warnings.length === 0
      ? []
      : ['## Read before quoting', markdownList(report.warnings)]),
    ...studyTables(report).flatMap(({ title, table: { columns, rows } }) => [
      `## ${title}`,
      markdownTable(columns, rows),
    ]),
    ...gradeSections(grades, report.judges),
    '## Methods',
    ...report.methods.map(inlineMarkdown),
    ...report.evaluations.flatMap((evaluation) => [
      `## ${inlineMarkdown(pairTitle(evaluation))}`,
      ...evaluation.items.map(itemSection),
    ]),
  ];
  return `${sections.join('\n\n')}\n`;
}

/** The report as one self-contained page with its figures; on paper all is unfolded. */
export function studyToHtml(report: StudyReport, grades?: GradeReport): string {
  return htmlPage(
    `${report.name}: study`,
    html`<p class="kicker">Blind pairwise study</p>
      <h1 dir="auto">${displayLine(report.name)}</h1>
      ${studyHeadline(report).map((sentence) => html`<p class="lead">${sentence}</p>`)}
      ${labelled(studyOrigin(report))} ${warnings('Does not agree', report.disagreements)}
      ${studyFigures(report).map(figureBlock)} ${warnings('Read before quoting', report.warnings)}
      ${studyTables(report).map(({ title, table }) => section(title, table))}
      ${gradeBlock(grades, report.judges)}
      <h2>Methods</h2>
      ${report.methods.map((paragraph) => html`<p class="protocol">${paragraph}</p>`)}
      ${report.evaluations.map(pairBlock)}`,
  );
}

const figureBlock = ({ figure }: { figure: Figure }): Markup =>
  html`<figure>
    ${figureMarkup(figure)}
    <figcaption>${figure.title}</figcaption>
  </figure>`;

const pairBlock = (evaluation: EvaluationReport): Markup =>
  html`<h2 dir="auto">${pairTitle(evaluation)}</h2>
    ${evaluation.items.map(comparison)}`;

const pairTitle = ({ systems, promptSet }: EvaluationReport): string =>
  `${displayLine(systems.a.name)} (A) against ${displayLine(systems.b.name)} (B) on ${displayLine(promptSet.name)}`;
