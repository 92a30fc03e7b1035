import { formatCount, formatQuantity } from '../../shared/text/numbers.ts';
import type { EvaluationSummary } from '../../shared/contract/evaluate.ts';
import { isJobFinished, type JobSnapshot } from '../../shared/domain/job.ts';

/** How far an evaluation has come; `halted`: answers are missing and nothing makes them. */
export type EvaluationStage = 'generating' | 'halted' | 'voting' | 'voted' | 'revealed';

type Counts = Pick<
  EvaluationSummary,
  'comparisons' | 'generatedA' | 'generatedB' | 'failed' | 'voted' | 'isRevealed'
>;

/** Answers that are there and that there will be, of both systems together. */
export function answerCounts(counts: Counts): { done: number; total: number } {
  return { done: counts.generatedA + counts.generatedB, total: 2 * counts.comparisons };
}

/** Pairs that can have a vote: those of which an answer failed never do. */
export const votablePairs = (counts: Pick<Counts, 'comparisons' | 'failed'>): number =>
  counts.comparisons - counts.failed;

/** The stage of an evaluation; a job that is not known yet is taken to be running. */
export function stageOf(
  counts: Counts,
  job: Pick<JobSnapshot, 'state'> | undefined,
): EvaluationStage {
  if (counts.isRevealed) return 'revealed';
  const { done, total } = answerCounts(counts);
  if (done < total) return job && isJobFinished(job.state) ? 'halted' : 'generating';
  return counts.voted < votablePairs(counts) ? 'voting' : 'voted';
}

/** The stage in a word or two and the count that matters in it. */
export function stageText(counts: Counts, stage: EvaluationStage): string {
  const { done, total } = answerCounts(counts);
  const votes = `${counts.voted} of ${votablePairs(counts)} voted`;
  const answers = `${formatCount(done)} of ${formatQuantity(total, 'answer')}`;
  return { generating: answers, halted: answers, voting: votes, voted: votes, revealed: votes }[
    stage
  ];
}
