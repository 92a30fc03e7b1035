import type { Verdict } from '../domain/evaluation.ts';
import type { PreferenceSummary } from '../domain/evaluation-report.ts';
import { meanScore, type OutcomeCounts } from './paired-score.ts';
import { exactSignTest } from './sign-test.ts';
import { moreVotesToSeparate } from './votes-to-separate.ts';
import { wilsonInterval } from './wilson-interval.ts';

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
