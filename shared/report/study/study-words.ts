import type { StudySummary } from '../../contract/studies.ts';
import { formatDuration, formatQuantity } from '../../text/numbers.ts';

/** Who has not voted on all that is theirs, as a sentence; empty where everybody has. */
export function unfinishedText({
  annotators,
  unvoted,
}: Pick<StudySummary, 'annotators' | 'unvoted'>): string {
  const left = annotators
    .filter((annotator) => annotator.left > 0)
    .map(({ author, left: count }) => `${author} has ${formatQuantity(count, 'comparison')} left`);
  const open =
    unvoted > 0
      ? [`${formatQuantity(unvoted, 'comparison')} without any vote will be left out of the result`]
      : [];
  const parts = [...left, ...open];
  return parts.length === 0 ? '' : `${parts.join('; ')}.`;
}

/** How far the votes separate the pairs; empty while there are too few to tell without a hint. */
export function separationText({
  separation,
  leaders,
  pairs,
}: Pick<StudySummary, 'separation' | 'pairs'> & Partial<Pick<StudySummary, 'leaders'>>): string {
  if (leaders) return leadersText(leaders);
  if (!separation) return '';
  const { votes, separated, moreVotes } = separation;
  const known = `After ${formatQuantity(votes, 'vote')} ${separated} of ${formatQuantity(pairs, 'pair')} of systems ${separated === 1 ? 'is' : 'are'} separated`;
  if (moreVotes === 0) return `${known}.`;
  if (moreVotes === null) return `${known}; a pair is level, so no number of votes is known.`;
  return `${known}. About ${formatQuantity(moreVotes, 'more vote')} would separate all, if these rates are the true ones.`;
}

function leadersText({ votes, moreVotes }: NonNullable<StudySummary['leaders']>): string {
  const after = `After ${formatQuantity(votes, 'vote')} the best two`;
  if (moreVotes === 0) return `${after} are separated: the result can be looked at.`;
  if (moreVotes === null) return `${after} are level: no number of votes is known.`;
  return `${after} are not separated. About ${formatQuantity(moreVotes, 'more vote')} would do it, if they are what they seem.`;
}

/** Answers, comparisons and how long they take, for whoever sets up a study. */
export interface StudyPlan {
  answers: number;
  comparisons: number;
  pairs: number;
}

const usualVoteMs = 30_000;

/** How much a study is, in a sentence or two. */
export function planText(
  { answers, comparisons, pairs }: StudyPlan,
  pace: { answerMs: number | null; voteMs: number | null } | undefined,
): string {
  const size = `${formatQuantity(pairs, 'pair')} of systems, ${formatQuantity(answers, 'answer')}, ${formatQuantity(comparisons, 'comparison')}`;
  const answering =
    answers === 0 || pace?.answerMs == null
      ? ''
      : ` Answering takes about ${formatDuration(answers * pace.answerMs)} at the speed of the last answers here.`;
  const voteMs = pace?.voteMs ?? usualVoteMs;
  return `${size}.${answering} One annotator votes for about ${formatDuration(comparisons * voteMs)}, at ${formatDuration(voteMs)} each.`;
}
