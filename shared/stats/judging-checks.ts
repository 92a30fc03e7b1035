import type { ShownVerdict, Verdict } from '../domain/evaluate/evaluation.ts';
import type { MeanScore } from '../domain/evaluate/estimates.ts';
import type { LengthBias, PositionBias } from '../domain/report/evaluation-report.ts';
import { exactSignTest } from './sign-test.ts';
import { clusteredMean, clusteredShare, type JudgedPrompt } from './clustered-summary.ts';

/** A vote as it was given, and what it is about: those on one prompt are not independent. */
export interface ShownVote {
  shown: ShownVerdict;
  prompt: string;
}

/**
 * Whether votes lean to one side of the screen. Sides are assigned at random and in balance, so
 * among decided votes left should win half the time, whichever system is better. Several authors
 * see one comparison on the same sides, so that their votes are a cluster, as are those on a prompt
 * that is asked twice. `null` without a decided vote.
 */
export function positionBias(votes: readonly ShownVote[]): PositionBias | null {
  const decided = votes.filter(({ shown }) => shown === 'left' || shown === 'right');
  if (decided.length === 0) return null;
  const clusters = clustersOf(decided, ({ shown }) => (shown === 'left' ? 1 : 0));
  const left = sum(clusters.flat());
  const counts = { left, right: decided.length - left };
  const leaning = clusters.map((cluster) => sum(cluster) / cluster.length);
  const byPrompt = {
    prompts: clusters.length,
    left: leaning.filter((share) => share > 0.5).length,
    right: leaning.filter((share) => share < 0.5).length,
  };
  const isClustered = clusters.length < decided.length;
  const tested = isClustered ? byPrompt : counts;
  return {
    ...counts,
    neither: votes.length - decided.length,
    leftShare: clusteredShare(clusters),
    signTestP: exactSignTest(tested.left, tested.right),
    ...(isClustered && { byPrompt }),
  };
}

/** A verdict with the lengths of the two answers it compares, in characters. */
export interface LengthJudgement extends JudgedPrompt {
  charactersA: number;
  charactersB: number;
}

/**
 * How often the longer answer won, among decided items whose answers differ in length. "Always
 * pick the longer" agrees with people about 62 % of the time (AlpacaEval 2), so a high share says
 * that length alone may explain the result. `null` without such an item.
 */
export function lengthBias(judgements: readonly LengthJudgement[]): LengthBias | null {
  const decided = judgements.filter(
    ({ verdict, charactersA, charactersB }) => verdict !== 'tie' && charactersA !== charactersB,
  );
  if (decided.length === 0) return null;
  const clusters = clustersOf(decided, ({ verdict, charactersA, charactersB }) =>
    (verdict === 'a') === charactersA > charactersB ? 1 : 0,
  );
  const longer = sum(clusters.flat());
  return {
    longer,
    shorter: decided.length - longer,
    longerShare: clusteredShare(clusters),
    ...promptsOf(clusters, decided),
  };
}

/** The scores of each prompt. */
const clustersOf = <Item extends { prompt: string }>(
  items: readonly Item[],
  score: (item: Item) => number,
): number[][] =>
  [...Map.groupBy(items, ({ prompt }) => prompt).values()].map((cluster) => cluster.map(score));

/** How many prompts these are about, where one is among them twice. */
const promptsOf = (clusters: readonly unknown[], items: readonly unknown[]) =>
  clusters.length < items.length ? { prompts: clusters.length } : {};

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** Agreement of two authors on one item: 1 the same, ½ when exactly one chose the tie, else 0. */
export function tieDiscountedScore(first: Verdict, second: Verdict): 0 | 0.5 | 1 {
  if (first === second) return 1;
  return first === 'tie' || second === 'tie' ? 0.5 : 0;
}

/** What two authors say of one item. */
export interface JudgedTwice {
  first: Verdict;
  second: Verdict;
  prompt: string;
}

/**
 * LIMA's tie-discounted accuracy (section 4.4): the mean agreement of two authors over the items
 * both judged, with its interval. Throws when there is none.
 */
export function tieDiscountedAgreement(
  items: readonly JudgedTwice[],
): MeanScore & { prompts?: number } {
  if (items.length === 0)
    throw new RangeError('tie-discounted accuracy needs at least one item both authors judged');
  const clusters = clustersOf(items, ({ first, second }) => tieDiscountedScore(first, second));
  return { ...clusteredMean(clusters), ...promptsOf(clusters, items) };
}
