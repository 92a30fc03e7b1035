import type { EvaluationReport } from '../domain/report/evaluation-report.ts';
import { displayLine } from '../text/foreign-text.ts';
import { dialogueTable } from './dialogue-outcome.ts';
import type { GradeReport } from '../domain/report/grade-report.ts';
import { gradeBlock } from './grades/grade-block.ts';
import { comparison, htmlPage, labelled, section, table, warnings } from './html-blocks.ts';
import { html, type Markup } from './html-text.ts';
import { judgeTables } from './judge-tables.ts';
import { preferenceBar } from './preference-bar.ts';
import {
  accuracyTable,
  agreementTable,
  authorsTable,
  biasRows,
  headline,
  originRows,
  pooledTable,
  statisticsTable,
  systemsTable,
} from './report-figures.ts';
import { tagTable } from './tag-table.ts';

/** The report as one self-contained page: no script, no link, nothing loaded. */
export function reportToHtml(report: EvaluationReport, grades?: GradeReport): string {
  return htmlPage(
    `${report.name}: blind evaluation`,
    html`<p class="kicker">Blind pairwise evaluation</p>
      <h1 dir="auto">${displayLine(report.name)}</h1>
      <p class="lead">${headline(report)}</p>
      ${labelled(originRows(report))} ${warnings('Does not agree', report.disagreements)}
      ${result(report)} ${section('Together with what it extends', pooledTable(report))}
      ${section('Dialogues', dialogueTable([report]))}
      ${section('Right answers', accuracyTable(report))} ${gradeBlock(grades, report.judges)}
      ${warnings('Read before quoting', report.warnings)}
      <h2>Protocol</h2>
      <p class="protocol">${report.protocol}</p>
      ${methods(report)}
      <h2>Systems</h2>
      <div class="systems">${table(systemsTable(report))}</div>
      <h2>Authors</h2>
      ${table(authorsTable(report.authors))}
      ${report.agreements.length === 0 ? '' : table(agreementTable(report))}
      ${section('Reasons by tag', tagTable([report]))}
      ${judgeTables(report.judges).map((one) => section(one.title, one.table))}
      <h2>Checks on the judging</h2>
      ${labelled(biasRows(report))}
      <h2>Comparisons</h2>
      ${report.items.map(comparison)}`,
  );
}

function result({ statistics, lengthControlled }: EvaluationReport): Markup {
  if (statistics === null) return html``;
  return html`<h2>Result</h2>
    <figure>
      ${preferenceBar(statistics)}
      <figcaption>
        Outcomes of A against B in percent of judged comparisons; below, win + ½ tie with its
        interval. Left of the dashed middle B is ahead, right of it A.
      </figcaption>
    </figure>
    ${table(statisticsTable(statistics, lengthControlled))}`;
}

function methods({ methods: paragraph }: EvaluationReport): Markup {
  if (paragraph === '') return html``;
  return html`<h2>Methods</h2>
    <p class="methods" dir="auto">${paragraph}</p>`;
}
