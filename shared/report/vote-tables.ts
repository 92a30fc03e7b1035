import type { TableStatistics, VoteFile } from '../domain/evaluate/verdict-statistics.ts';
import { displayLine } from '../text/foreign-text.ts';
import { formatCount, formatP } from '../text/numbers.ts';
import {
  agreementText,
  coefficientText,
  lengthControlledText,
  qualityText,
  ratingText,
  winRateText,
} from '../text/evaluate/vote-statistics.ts';
import type { ReportTable } from './report-figures.ts';

/** A table of figures with its heading. */
export interface TitledTable {
  title: string;
  table: ReportTable;
}

/** What votes say, as tables: comparisons, ratings and agreement, as far as there are any. */
export function voteTables(
  table: TableStatistics & Partial<Pick<VoteFile, 'quality'>>,
): TitledTable[] {
  const { quality = [] } = table;
  return [
    ...(table.comparisons.length === 0
      ? []
      : [{ title: 'Comparisons', table: comparisonTable(table) }]),
    ...(quality.length === 0 ? [] : [{ title: 'Grades', table: qualityTable(quality) }]),
    ...(table.ratings.length === 0 ? [] : [{ title: 'Ratings', table: ratingTable(table) }]),
    ...(table.annotators.length === 0
      ? []
      : [{ title: 'Agreement', table: agreementTable(table) }]),
  ];
}

function comparisonTable({ comparisons }: TableStatistics): ReportTable {
  return {
    columns: [
      'Systems',
      'Won, tied, lost',
      'Win rate',
      'Length-controlled',
      'Sign test, after Holm',
    ],
    rows: comparisons.map((one) => [
      `${displayLine(one.a)} against ${displayLine(one.b)}`,
      `${formatCount(one.wins)}, ${formatCount(one.ties)}, ${formatCount(one.losses)}${one.prompts === one.n ? '' : ` on ${formatCount(one.prompts)} prompts`}`,
      winRateText(one),
      one.lengthControlledWinRate === null ? 'unknown' : lengthControlledText(one),
      `p = ${formatP(one.signTestP)}, ${formatP(one.holmP)}`,
    ]),
  };
}

function qualityTable(quality: VoteFile['quality']): ReportTable {
  return {
    columns: ['System', 'Grades'],
    rows: quality.map((one) => [displayLine(one.system), qualityText(one)]),
  };
}

function ratingTable({ ratings }: TableStatistics): ReportTable {
  return {
    columns: ['System', 'Rating, Bradley–Terry'],
    rows: ratings.map((one) => [displayLine(one.system), ratingText(one)]),
  };
}

function agreementTable({ annotators, fleiss, krippendorff }: TableStatistics): ReportTable {
  return {
    columns: ['Who', 'Agreement'],
    rows: [
      ...annotators.map((pair) => [
        `${displayLine(pair.first)} and ${displayLine(pair.second)}`,
        agreementText(pair),
      ]),
      ...(fleiss === null ? [] : [['All', `Fleiss’ kappa ${coefficientText(fleiss)}`]]),
      ...(krippendorff === null
        ? []
        : [['All', `Krippendorff’s alpha ${coefficientText(krippendorff)}`]]),
    ],
  };
}
