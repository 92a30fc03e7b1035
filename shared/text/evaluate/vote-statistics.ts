import type {
  AnnotatorPair,
  ComparisonStatistics,
  QualityStatistics,
  SystemRating,
  VoteFile,
} from '../../domain/evaluate/verdict-statistics.ts';
import { displayLine } from '../foreign-text.ts';
import { formatCount, formatEstimate, formatP, formatPercent, formatQuantity } from '../numbers.ts';

const percent = (share: number) => 100 * share;
const percentInterval = (interval: readonly [number, number] | null) =>
  interval === null ? null : interval.map(percent);

/** One comparison as AlpacaEval's leaderboards name and scale it: every rate in percent. */
export function comparisonDocument(one: ComparisonStatistics): Record<string, unknown> {
  const { a, b, n, prompts, wins, losses, ties, signTestP, holmP, intervalMethod } = one;
  return {
    a,
    b,
    n,
    prompts,
    winRate: percent(one.winRate),
    standardError: one.standardError === null ? null : percent(one.standardError),
    interval: percentInterval(one.interval),
    intervalMethod,
    wins,
    losses,
    ties,
    discreteWinRate: percent(one.discreteWinRate),
    lengthControlledWinRate:
      one.lengthControlledWinRate === null ? null : percent(one.lengthControlledWinRate),
    lengthControlledInterval: percentInterval(one.lengthControlledInterval),
    win: percentEstimate(one.win),
    tie: percentEstimate(one.tie),
    lose: percentEstimate(one.lose),
    signTestP,
    holmP,
  };
}

/** An estimate in percent. */
export const percentEstimate = ({
  value,
  lower,
  upper,
}: {
  value: number;
  lower: number;
  upper: number;
}) => ({
  value: percent(value),
  interval: [percent(lower), percent(upper)],
});

/**
 * The statistics of a file for programs, rates in percent. The figures of a file with a single pair
 * of systems stand at the top; `comparisons` has those of every pair.
 */
export function voteFileDocument(file: VoteFile): Record<string, unknown> {
  const comparisons = file.comparisons.map(comparisonDocument);
  return {
    ...(comparisons.length === 1 && comparisons[0]),
    ...file,
    comparisons,
  };
}

/** The same for a person. */
export function voteFileText(file: VoteFile): string {
  return [
    `${formatQuantity(file.read, 'row')} read${unusableText(file)}`,
    ...file.comparisons.flatMap((one) => ['', ...comparisonLines(one, file.comparisons.length)]),
    ...qualityLines(file),
    ...ratingLines(file),
    ...agreementLines(file),
  ].join('\n');
}

function unusableText({ unusable, errors: [first] }: VoteFile): string {
  if (unusable === 0 || !first) return '';
  return `, ${formatCount(unusable)} of them unusable, the first in line ${first.line}: ${first.message}`;
}

function comparisonLines(one: ComparisonStatistics, pairs: number): string[] {
  const { a, b, n, prompts, wins, ties, losses } = one;
  const clustered = prompts === n ? '' : ` on ${formatQuantity(prompts, 'prompt')}`;
  return [
    `${a} against ${b}`,
    `verdicts           ${formatCount(n)}${clustered}: ${formatCount(wins)} won, ${formatCount(ties)} tied, ${formatCount(losses)} lost`,
    `win rate           ${winRateText(one)}`,
    `win, tie, lose     ${[one.win, one.tie, one.lose].map(formatEstimate).join(' · ')}`,
    `length-controlled  ${lengthControlledText(one)}`,
    `sign test          p = ${formatP(one.signTestP)}${pairs > 1 ? `, ${formatP(one.holmP)} after Holm for ${pairs} pairs` : ''}`,
  ];
}

/** The mean preference with standard error and interval, and how that was found. */
export function winRateText({
  winRate,
  standardError,
  interval,
  intervalMethod,
}: ComparisonStatistics) {
  const [lower, upper] = interval;
  const error =
    standardError === null ? '' : `, standard error ${percent(standardError).toFixed(2)} points`;
  const method = intervalMethod === 'bootstrap' ? 'bootstrap over prompts' : 'score interval';
  return `${formatEstimate({ value: winRate, lower, upper })} (${method}${error})`;
}

/** The rate between answers of one length, or why there is none. */
export function lengthControlledText({
  lengthControlledWinRate: value,
  lengthControlledInterval: interval,
}: Pick<ComparisonStatistics, 'lengthControlledWinRate' | 'lengthControlledInterval'>): string {
  if (value === null) return 'unknown: there are no texts, or their lengths alone decide';
  if (interval === null)
    return `${formatPercent(value)} (too few prompts, wins or losses for an interval)`;
  return formatEstimate({ value, lower: interval[0], upper: interval[1] });
}

function qualityLines({ quality }: VoteFile): string[] {
  if (quality.length === 0) return [];
  return ['', 'grades', ...quality.map((one) => `${one.system}: ${qualityText(one)}`)];
}

/** Grades of single answers: shares with their intervals, mean with its own, and over how many. */
export function qualityText({ n, items, grades, mean }: QualityStatistics): string {
  const clustered = items === n ? '' : ` on ${formatQuantity(items, 'item')}`;
  const words = grades
    ? (['excellent', 'pass', 'fail'] as const).map(
        (grade) =>
          `${grade} ${formatCount(grades[grade].count)}, ${formatEstimate(grades[grade].share)}`,
      )
    : [];
  const number = mean === null ? [] : [`mean ${mean.value.toFixed(2)}${rangeText(mean.interval)}`];
  return `${[...words, ...number].join(' · ')} (${formatQuantity(n, 'grade')}${clustered})`;
}

function rangeText(interval: readonly [number, number] | null): string {
  if (interval === null) return ', too few for an interval';
  return ` [${interval[0].toFixed(2)}, ${interval[1].toFixed(2)}]`;
}

function ratingLines({ ratings, unconnected }: VoteFile): string[] {
  if (ratings.length === 0) return [];
  const width = Math.max(...ratings.map(({ system }) => system.length));
  return [
    '',
    'rating (Bradley–Terry, 400 points are odds of ten to one)',
    ...ratings.map((one) => `${one.system.padEnd(width)}  ${ratingText(one)}`),
    ...(unconnected.length === 0 ? [] : [unconnectedText(unconnected)]),
  ];
}

/** Which groups of systems no comparison joins, and what that means for their ratings. */
export const unconnectedText = (unconnected: readonly (readonly string[])[]): string =>
  `Never compared, not even through others: ${unconnected.map((group) => group.map(displayLine).join(', ')).join(' | ')}. Ratings between such groups mean nothing.`;

/** A rating with its interval and ranks: "1,024 [998, 1,051], rank 2 (1 to 3)". */
export function ratingText({ rating, interval, rank, rankInterval: [best, worst] }: SystemRating) {
  const [lower, upper] = interval.map((one) => formatCount(Math.round(one)));
  const ranks = best === worst ? '' : ` (${best} to ${worst})`;
  return `${formatCount(Math.round(rating))} [${lower}, ${upper}], rank ${rank}${ranks}`;
}

function agreementLines({ annotators, fleiss, krippendorff }: VoteFile): string[] {
  if (annotators.length === 0) return [];
  return [
    '',
    'agreement',
    ...annotators.map((pair) => `${pair.first} and ${pair.second}: ${agreementText(pair)}`),
    ...(fleiss === null ? [] : [`Fleiss' kappa ${coefficientText(fleiss)}`]),
    ...(krippendorff === null ? [] : [`Krippendorff's alpha ${coefficientText(krippendorff)}`]),
  ];
}

/** Tie-discounted accuracy and Cohen's kappa of two annotators, each with its interval. */
export function agreementText({ items, tieDiscounted, kappa }: AnnotatorPair): string {
  const beyond = kappa === null ? '' : `, Cohen's kappa ${coefficientText(kappa)}`;
  return `tie-discounted accuracy ${formatEstimate(tieDiscounted)} of ${formatQuantity(items, 'item')}${beyond}`;
}

/** A coefficient with its interval and over how many items: "0.61 [0.42, 0.78] (50 items)". */
export function coefficientText({
  value,
  interval,
  units,
}: {
  value: number | null;
  interval: readonly [number, number] | null;
  units: number;
}): string {
  const of = `(${formatQuantity(units, 'item')})`;
  if (value === null) return `unknown ${of}`;
  return `${withoutMinusZero(value.toFixed(2))}${rangeText(interval)} ${of}`;
}

const withoutMinusZero = (text: string): string => text.replace(/^-(0\.0*)$/, '$1');
