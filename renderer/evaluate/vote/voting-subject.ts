import type { EvaluationSummary } from '../../../shared/contract/evaluate.ts';
import type { StudySummary } from '../../../shared/contract/studies.ts';
import { separationText } from '../../../shared/report/study/study-words.ts';
import { pairSeparationText } from '../../../shared/text/evaluate/voting.ts';
import { answerCounts, votablePairs } from '../evaluation-stage.ts';

/** What a person votes on: an evaluation, or their own queue of a study. */
export interface VotingSubject {
  kind: 'evaluation' | 'study';
  id: string;
  /** Places that can be gone to. */
  places: number;
  /** How many votes there are, of how many that are wanted. */
  voted: number;
  wanted: number;
  answers: { done: number; total: number };
  failures: readonly { ordinal: number; reason: string }[];
  hasBothBad: boolean;
  /** Who has seen what their own votes say, and votes here no more. */
  sawOwnResults: readonly string[];
  /** How far the votes separate the systems; empty while it cannot be told without a hint. */
  separation: string;
}

/** The pairs of an evaluation. */
export const pairsToVoteOn = (summary: EvaluationSummary): VotingSubject => ({
  kind: 'evaluation',
  id: summary.id,
  places: summary.comparisons,
  voted: summary.voted,
  wanted: votablePairs(summary),
  answers: answerCounts(summary),
  failures: summary.failures,
  hasBothBad: summary.bothBad,
  sawOwnResults: summary.sawOwnResults,
  separation: pairSeparationText(summary),
});

/** This person's queue of a study. */
export const queueToVoteOn = (summary: StudySummary): VotingSubject => ({
  kind: 'study',
  id: summary.id,
  places: summary.comparisons,
  voted: summary.queue.total - summary.queue.left,
  wanted: summary.queue.total,
  answers: { done: summary.answered, total: summary.answers },
  failures: summary.failures,
  hasBothBad: summary.bothBad,
  sawOwnResults: summary.sawOwnResults,
  separation: separationText(summary),
});
