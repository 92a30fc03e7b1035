import type {
  JudgedPair,
  JudgedQuality,
  JudgingResults,
} from '../../domain/judge/judging-results.ts';
import type { Rubric } from '../../domain/judge/rubric.ts';
import { formatCount, formatEstimate, formatPercent, formatQuantity } from '../numbers.ts';
import {
  comparisonDocument,
  percentEstimate,
  qualityText,
  winRateText,
} from './vote-statistics.ts';

/** What a judge said, for programs: rates in percent; a single pair's figures stand at the top, too. */
export function judgingDocument({
  pairs,
  quality,
  ...results
}: JudgingResults): Record<string, unknown> {
  const comparisons = pairs.map(pairDocument);
  const whole = pairs.flatMap(({ promptSet }, at) => (promptSet === null ? [comparisons[at]] : []));
  return {
    ...(whole.length === 1 && whole[0]),
    ...results,
    comparisons,
    quality: quality.map(qualityDocument),
  };
}

function pairDocument({
  promptSet,
  asked,
  flips,
  flipRate,
  elsewhere,
  ...comparison
}: JudgedPair): Record<string, unknown> {
  return {
    promptSet,
    ...comparisonDocument(comparison),
    asked,
    flips,
    flipRate: flipRate && percentEstimate(flipRate),
    elsewhere: elsewhere === null ? null : 100 * elsewhere,
  };
}

const qualityDocument = ({ grades, safe, elsewhere, levelShares, ...one }: JudgedQuality) => ({
  ...one,
  levelShares: levelShares && levelShares.map((share) => 100 * share),
  safe: safe && { count: safe.count, ...percentEstimate(safe.share) },
  grades: grades && {
    excellent: { count: grades.excellent.count, ...percentEstimate(grades.excellent.share) },
    pass: { count: grades.pass.count, ...percentEstimate(grades.pass.share) },
    fail: { count: grades.fail.count, ...percentEstimate(grades.fail.share) },
  },
  elsewhere: 100 * elsewhere,
});

/** The same for a person. */
export function judgingText({ judge, rubric, pairs, quality, failed }: JudgingResults): string {
  const heading = `${judge}, rubric ${rubric.name} (${rubric.hash.slice(0, 12)})`;
  const nothing = pairs.length + quality.length === 0 ? ['no verdicts'] : [];
  const left = failed === 0 ? [] : [`${formatQuantity(failed, 'item')} could not be asked`];
  return [
    heading,
    ...pairs.flatMap(pairLines),
    ...quality.map(qualityLine),
    ...nothing,
    ...left,
  ].join('\n');
}

function pairLines(pair: JudgedPair): string[] {
  const { a, b, n, wins, ties, losses, promptSet } = pair;
  const where = promptSet === null ? '' : `, ${promptSet}`;
  return [
    '',
    `${a} against ${b}${where}`,
    `verdicts           ${formatCount(n)}: ${formatCount(wins)} won, ${formatCount(ties)} tied, ${formatCount(losses)} lost`,
    `win rate           ${winRateText(pair)}`,
    `flips              ${flipText(pair)}`,
    `elsewhere          ${elsewhereText(pair.elsewhere)}`,
  ];
}

/** How often both orders said two things: "3 of 50, 6 % [2 %, 16 %]". */
export const flipText = ({
  flips,
  asked,
  flipRate,
}: Pick<JudgedPair, 'flips' | 'asked' | 'flipRate'>) =>
  flipRate === null
    ? 'nothing was asked'
    : `${formatCount(flips)} of ${formatCount(asked)}, ${formatEstimate(flipRate)}`;

/** The mean probability of what is no verdict. */
export const elsewhereText = (elsewhere: number | null): string =>
  elsewhere === null ? 'unknown' : `${formatPercent(elsewhere)} of the probability`;

/** What a judge said of one system's answers by themselves. */
const qualityLine = (one: JudgedQuality): string =>
  `${judgedSystem(one)}: ${judgedQualityText(one)}, elsewhere ${elsewhereText(one.elsewhere)}`;

/** How that is named which was said of dialogues as a whole, as older versions asked. */
export const ofWholeDialoguesText = (name: string): string => `${name}, whole dialogues`;

/** A system as a judge's verdicts name it. */
export const judgedSystem = ({ system, ofWholeDialogues }: JudgedQuality): string =>
  ofWholeDialogues ? ofWholeDialoguesText(system) : system;

/** Shares or a mean with their intervals, and over how many answers or turns. */
export function judgedQualityText(one: JudgedQuality): string {
  const { safe, n, items } = one;
  if (safe === null) return qualityText(one);
  const clustered = items === n ? '' : ` on ${formatQuantity(items, 'item')}`;
  return `safe ${formatCount(safe.count)}, ${formatEstimate(safe.share)} (${formatQuantity(n, 'answer')}${clustered})`;
}

/** How many verdicts a judge was asked for: “30 asked, 70 taken over from earlier judgings”. */
export const askedText = ({ asked, takenOver }: { asked: number; takenOver: number }): string =>
  `${formatCount(asked)} asked, ${formatCount(takenOver)} taken over from earlier judgings`;

/** A rubric by name, with the version where there is more than one. */
export const rubricLabel = ({ name, version }: Pick<Rubric, 'name' | 'version'>): string =>
  version > 1 ? `${name}, version ${version}` : name;
