import type { ChoiceResult } from '../domain/runs/choice.ts';
import { bradleyTerry, pointsPerLogOdds } from './bradley-terry.ts';
import { twoSidedZ } from './confidence-interval.ts';
import type { PairVerdict } from './pair-verdict.ts';
import { differenceOf, moreVerdictsToSeparate, standingsOf } from './standings.ts';

/** What is known of each epoch beside its votes. */
export interface EpochFacts {
  checkpointId: string | null;
  devLoss: number | null;
}

const isByRule = ({ authorKind }: PairVerdict) => authorKind === 'rule';

/**
 * Bradley–Terry ratings of epochs, which verdicts name by their numbers, around their mean of 1000 and
 * with a prior of one unit of log odds; how far the best leads the second, and how many more votes on
 * the two would separate them. Null while fewer than two epochs were voted on.
 */
export function epochRatings(
  verdicts: readonly PairVerdict[],
  factsOf: (epoch: number) => EpochFacts,
): ChoiceResult | null {
  const ratings = bradleyTerry(verdicts, { anchor: null, ridge: 1 });
  const [best, second] = ratings;
  if (!best || !second) return null;
  const standings = standingsOf(
    ratings.map(({ system }) => system),
    verdicts,
  );
  const { value, variance } = differenceOf(standings, 0, 1);
  const half = twoSidedZ(0.95) * Math.sqrt(variance);
  return {
    votes: verdicts.filter((verdict) => !isByRule(verdict)).length,
    byRule: verdicts.filter(isByRule).length,
    prompts: new Set(verdicts.map(({ prompt }) => prompt)).size,
    ratings: ratings.map(({ system, ...rating }) => ({
      epoch: Number(system),
      ...factsOf(Number(system)),
      verdicts: verdicts.filter(({ a, b }) => a === system || b === system).length,
      ...rating,
    })),
    lead: {
      value: pointsPerLogOdds * value,
      interval: [pointsPerLogOdds * (value - half), pointsPerLogOdds * (value + half)],
    },
    moreVotes: moreVerdictsToSeparate(standings, 0, 1),
  };
}
