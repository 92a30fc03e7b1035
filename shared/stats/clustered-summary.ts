import type { Estimate, MeanScore } from '../domain/evaluate/estimates.ts';
import type { PreferenceSummary } from '../domain/report/evaluation-report.ts';
import type { Verdict } from '../domain/evaluate/evaluation.ts';
import { wilsonInterval } from './confidence-interval.ts';
import { meanScore } from './paired-score.ts';
import { countVerdicts, moreVotesToSeparate, preferenceSummary } from './preference-summary.ts';
import { exactSignTest } from './sign-test.ts';

/** A verdict, and which prompt it is about: those of one prompt are not independent. */
export interface JudgedPrompt {
  verdict: Verdict;
  prompt: string;
}

/**
 * Like `preferenceSummary`, with comparisons of one prompt as a cluster. Values are of all
 * comparisons; intervals are those of as many independent ones as they are worth, the sign test and
 * what it still needs take each prompt once, by what most of its verdicts say.
 */
export function clusteredSummary(
  judged: readonly JudgedPrompt[],
  confidence = 0.95,
): PreferenceSummary | null {
  const plain = preferenceSummary(
    judged.map(({ verdict }) => verdict),
    confidence,
  );
  const clusters = [...Map.groupBy(judged, ({ prompt }) => prompt).values()];
  if (!plain || clusters.length === judged.length) return plain;
  const byPrompt = countVerdicts(clusters.map(mostOf));
  const scoresOf = (score: (verdict: Verdict) => number) =>
    clusters.map((cluster) => cluster.map(({ verdict }) => score(verdict)));
  const shareOf = (counts: (verdict: Verdict) => boolean) =>
    clusteredShare(
      scoresOf((verdict) => (counts(verdict) ? 1 : 0)),
      confidence,
    );
  return {
    ...plain,
    winRate: shareOf((verdict) => verdict === 'a'),
    tieRate: shareOf((verdict) => verdict === 'tie'),
    loseRate: shareOf((verdict) => verdict === 'b'),
    winPlusTie: shareOf((verdict) => verdict !== 'b'),
    winPlusHalfTie: clusteredMean(
      scoresOf((verdict) => scores[verdict]),
      confidence,
    ),
    signTestP: exactSignTest(byPrompt.wins, byPrompt.losses),
    moreVotesToSeparate: moreVotesToSeparate(byPrompt, confidence),
    byPrompt: { prompts: clusters.length, ...byPrompt },
  };
}

const scores = { a: 1, tie: 0.5, b: 0 };

function mostOf(cluster: readonly JudgedPrompt[]): Verdict {
  const { wins, losses } = countVerdicts(cluster.map(({ verdict }) => verdict));
  if (wins === losses) return 'tie';
  return wins > losses ? 'a' : 'b';
}

/** A share of zeros and ones in clusters, by Wilson's interval with their effective number. */
export function clusteredShare(
  clusters: readonly (readonly number[])[],
  confidence = 0.95,
): Estimate {
  const values = clusters.flat();
  const value = values.length === 0 ? 0.5 : sum(values) / values.length;
  const size = effectiveSize(clusters);
  return { ...wilsonInterval(Math.min(size, value * size), size, confidence), value };
}

/** The mean of at least one score of 1, ½ and 0 in clusters, with the interval of their effective number. */
export function clusteredMean(
  clusters: readonly (readonly number[])[],
  confidence = 0.95,
): MeanScore {
  const values = clusters.flat();
  const scale = effectiveSize(clusters) / values.length;
  const worth = (score: number) => values.filter((value) => value === score).length * scale;
  return meanScore({ wins: worth(1), ties: worth(0.5), losses: worth(0) }, confidence);
}

/**
 * As many independent values as these are worth: n over the design effect, which is the
 * cluster-robust variance of their mean, C/(C − 1) · Σ (Σ (x − x̄))² / n², over that of independent
 * ones (Korn and Graubard, Survey Methodology 24, 1998). At most n; at least what is left when all
 * values of a cluster are the same, n² / Σ m² (Kish), since few clusters make the variance rough.
 */
export function effectiveSize(clusters: readonly (readonly number[])[]): number {
  const values = clusters.flat();
  const n = values.length;
  const count = clusters.length;
  if (count === n) return n;
  const least = n ** 2 / sum(clusters.map((cluster) => cluster.length ** 2));
  const mean = sum(values) / n;
  const independent = sum(values.map((value) => (value - mean) ** 2)) / n ** 2;
  if (independent === 0 || count < 2) return least;
  const residuals = clusters.map((cluster) => sum(cluster.map((value) => value - mean)));
  const robust = ((count / (count - 1)) * sum(residuals.map((one) => one ** 2))) / n ** 2;
  return Math.min(n, Math.max(least, (n * independent) / robust));
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
