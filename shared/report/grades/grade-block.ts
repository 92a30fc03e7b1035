import type { GradeReport } from '../../domain/report/grade-report.ts';
import type { ReportJudge } from '../../domain/report/report-judge.ts';
import type { Figure } from '../../domain/figure.ts';
import { figureMarkup } from '../figures/figure.ts';
import { likertBars } from '../figures/likert-figure.ts';
import { section } from '../html-blocks.ts';
import { html, type Markup } from '../html-text.ts';
import { gradeBars } from './grade-figure.ts';
import { gradeNotes, gradeTables } from './grade-tables.ts';

/** Figures and tables of grades for a page; nothing where nobody graded. */
export function gradeBlock(
  grades: GradeReport | undefined,
  judges: readonly ReportJudge[],
): Markup {
  return html`${[grades && gradeBars(grades), likertBars(judges)].map(figureBlock)}
  ${gradeTables(grades, judges).map(({ title, table }) => section(title, table))}
  ${gradeNotes(grades).map((remark) => html`<p class="protocol">${remark}</p>`)}`;
}

function figureBlock(figure: Figure | null | undefined): Markup {
  if (!figure) return html``;
  return html`<figure>
    ${figureMarkup(figure)}
    <figcaption>${figure.title}</figcaption>
  </figure>`;
}
