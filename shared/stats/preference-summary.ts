import type { Verdict } from '../domain/evaluate/evaluation.ts';
import type { PreferenceSummary } from '../domain/report/evaluation-report.ts';
import { meanScore, type OutcomeCounts } from './paired-score.ts';
import { exactSignTest } from './sign-test.ts';
import { normalQuantile, twoSidedZ, wilsonInterval } from './confidence-interval.ts';

/** Chance that a study of the planned size finds the difference, if it is as big as it looks. */
const POWER = 0.8;
/** Below this size the normal formula is checked, and corrected, against the exact test. */
const EXACT_CHECK_VOTES = 500;

/** Counts verdicts from system A's point of view. */
export function countVerdicts(verdicts: readonly Verdict[]): OutcomeCounts {
  const counts = { wins: 0, ties: 0, losses: 0 };
  for (const verdict of verdicts) {
    if (verdict === 'a') counts.wins += 1;
    else if (verdict === 'b') counts.losses += 1;
    else counts.ties += 1;
  }
  return counts;
}

/**
 * Everything the report says about a set of verdicts, from system A's point of view and treating
 * the verdicts as independent; `null` when there is none. Win + tie flatters the weaker system,
 * so it never comes without the mean score and the sign test.
 */
export function preferenceSummary(
  verdicts: readonly Verdict[],
  confidence = 0.95,
): PreferenceSummary | null {
  return summaryOfCounts(countVerdicts(verdicts), confidence);
}

/** The same from counts; `null` when they are all zero. */
export function summaryOfCounts(
  counts: OutcomeCounts,
  confidence = 0.95,
): PreferenceSummary | null {
  const { wins, ties, losses } = counts;
  const n = wins + ties + losses;
  if (n === 0) return null;
  return {
    wins,
    ties,
    losses,
    n,
    confidence,
    winRate: wilsonInterval(wins, n, confidence),
    tieRate: wilsonInterval(ties, n, confidence),
    loseRate: wilsonInterval(losses, n, confidence),
    winPlusTie: wilsonInterval(wins + ties, n, confidence),
    winPlusHalfTie: meanScore(counts, confidence),
    signTestP: exactSignTest(wins, losses),
    winningScore: (wins - losses) / n + 1,
    moreVotesToSeparate: moreVotesToSeparate(counts, confidence),
  };
}

/**
 * About how many more votes it takes until the sign test separates the two systems with a chance
 * of 80 %, if the rates seen so far are the true ones. 0 when it separates them already; `null`
 * when neither leads, because then no number of votes is known to be enough.
 *
 * Total votes N = ((z₁·√d + z₂·√(d − δ²)) / δ)² with d = (wins + losses)/n the share of decided
 * votes, δ = (wins − losses)/n, z₁ = 1.96 and z₂ = 0.84 (sample size for McNemar's test,
 * Connor, Biometrics 43, 1987). Few votes make the rates, and so this number, very rough.
 */
export function moreVotesToSeparate(counts: OutcomeCounts, confidence = 0.95): number | null {
  const { wins, ties, losses } = counts;
  if (wins === losses) return null;
  if (exactSignTest(wins, losses) < 1 - confidence) return 0;
  const n = wins + ties + losses;
  const decided = (wins + losses) / n;
  const difference = (wins - losses) / n;
  const spread =
    twoSidedZ(confidence) * Math.sqrt(decided) +
    normalQuantile(POWER) * Math.sqrt(decided - difference * difference);
  let total = Math.max(n + 1, Math.ceil((spread / difference) ** 2));
  while (total < EXACT_CHECK_VOTES && !separates(counts, total, confidence)) total += 1;
  return total - n;
}

/** Whether the same rates over `total` votes would be significant. */
function separates(counts: OutcomeCounts, total: number, confidence: number): boolean {
  const scale = total / (counts.wins + counts.ties + counts.losses);
  const wins = Math.round(counts.wins * scale);
  const losses = Math.round(counts.losses * scale);
  return exactSignTest(wins, losses) < 1 - confidence;
}
