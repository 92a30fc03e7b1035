import type { VoteFile } from '../../../../shared/domain/evaluate/verdict-statistics.ts';
import type { Figure } from '../../../../shared/domain/figure.ts';
import { evaluationReportSchema } from '../../../../shared/domain/report/evaluation-report.ts';
import { studyReportSchema } from '../../../../shared/domain/study/study-report.ts';
import {
  preferenceBars,
  ratingForest,
  winRateForest,
} from '../../../../shared/report/figures/comparison-figures.ts';
import { figureToSvg } from '../../../../shared/report/figures/figure.ts';
import { likertBars } from '../../../../shared/report/figures/likert-figure.ts';
import { gradeBars } from '../../../../shared/report/grades/grade-figure.ts';
import { verdictsOfReport } from '../../../../shared/report/report-verdicts.ts';
import { studyFigures } from '../../../../shared/report/study/write-study-report.ts';
import { statisticsOfVerdicts } from '../../../../shared/stats/verdict-statistics.ts';
import type { Judged } from '../../arguments/judged.ts';
import { oneOf } from '../../cli/command.ts';
import { CommandError } from '../../cli/command-error.ts';
import type { CoreClient } from '../../cli/open-core.ts';

type JudgedThing = Pick<Judged, 'kind' | 'id'>;

interface NamedFigure {
  name: string;
  figure: Figure;
}

/**
 * A figure of a revealed evaluation or study as SVG, as the window saves it: the one that is named,
 * else the first. Says which there are where the name is none of them.
 */
export async function reportFigure(
  client: Pick<CoreClient, 'evaluations' | 'studies' | 'grades'>,
  judged: JudgedThing,
  wanted: string | undefined,
): Promise<{ name: string; text: string }> {
  return namedFigure(await figuresOf(client, judged), wanted, 'nobody has voted or graded');
}

/** The figure that is named, else the first, as SVG; `reason` says why there may be none. */
function namedFigure(
  figures: readonly NamedFigure[],
  wanted: string | undefined,
  reason: string,
): { name: string; text: string } {
  const names = figures.map(({ name }) => name);
  const name = wanted === undefined ? names[0] : oneOf(wanted, names, 'The figure');
  const found = figures.find((one) => one.name === name);
  if (!found) throw new CommandError('NOT_FOUND', `There is nothing to draw: ${reason}.`);
  return { name: found.name, text: figureToSvg(found.figure) };
}

/** The same of a table of votes. */
export function voteFileFigure(
  { comparisons, ratings }: Pick<VoteFile, 'comparisons' | 'ratings'>,
  wanted: string | undefined,
): { name: string; text: string } {
  const rated = ratings.length > 0 ? [{ name: 'ratings', figure: ratingForest(ratings) }] : [];
  const figures = comparisons.length > 0 ? [...comparisonFigures(comparisons), ...rated] : [];
  return namedFigure(figures, wanted, 'the table compares no systems');
}

async function figuresOf(
  client: Pick<CoreClient, 'evaluations' | 'studies' | 'grades'>,
  { kind, id }: JudgedThing,
): Promise<NamedFigure[]> {
  const calls = kind === 'study' ? client.studies : client.evaluations;
  const json: unknown = JSON.parse((await calls.report({ id, format: 'json' })).text);
  const compared = kind === 'study' ? ofStudy(json) : ofEvaluation(json);
  const grades = gradeBars(await client.grades.report({ kind, id }));
  return [...compared, ...(grades ? [{ name: 'grades', figure: grades }] : [])];
}

function ofStudy(json: unknown): NamedFigure[] {
  const report = studyReportSchema.parse(json);
  return [...studyFigures(report), ...levels(report)];
}

function ofEvaluation(json: unknown): NamedFigure[] {
  const report = evaluationReportSchema.parse(json);
  const { comparisons } = statisticsOfVerdicts(verdictsOfReport(report));
  if (comparisons.length === 0) return levels(report);
  return [...comparisonFigures(comparisons), ...levels(report)];
}

const comparisonFigures = (comparisons: Parameters<typeof preferenceBars>[0]): NamedFigure[] => [
  { name: 'preferences', figure: preferenceBars(comparisons) },
  { name: 'win-rates', figure: winRateForest(comparisons) },
];

function levels({ judges }: { judges: Parameters<typeof likertBars>[0] }): NamedFigure[] {
  const figure = likertBars(judges);
  return figure ? [{ name: 'levels', figure }] : [];
}
