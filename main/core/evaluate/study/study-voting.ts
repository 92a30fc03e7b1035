import type { BlindComparison } from '../../../../shared/contract/evaluate.ts';
import { evaluationOf, findComparison } from '../../../store/repositories/comparisons.ts';
import type { StoredStudy } from '../../../store/repositories/studies.ts';
import { castVoteOf, insertVote } from '../../../store/repositories/votes.ts';
import { AppError, found } from '../../base/app-error.ts';
import type { CoreState } from '../../project/core-state.ts';
import type { ProjectSession } from '../../project/project-session.ts';
import { evaluationById, studyById } from '../evaluation-service.ts';
import { refuseInformed } from '../informed-voters.ts';
import { storeVote, toBlind, type VoteInput } from '../voting-service.ts';
import { usefulItem } from './leading-pairs.ts';
import type { StudyQueues } from './study-queue.ts';
import { studyQueues } from './study-state.ts';

/** Who votes: whoever the settings name, unless somebody else is named. */
interface Annotator {
  author?: string | undefined;
}

/** The comparison at a place of this person's queue, or the first that is offered and waits. */
export function nextInStudy(
  state: CoreState,
  session: ProjectSession,
  input: { id: string; ordinal?: number | undefined; besides?: string | undefined } & Annotator,
): BlindComparison | null {
  const author = input.author ?? state.settings.author;
  const study = studyById(session, input.id);
  const queues = studyQueues(session, study);
  const ordinal = input.ordinal ?? nextPlace(queues, { author, study, besides: input.besides });
  const item = queues.at(author, ordinal);
  if (!item?.isOffered) return null;
  return atPlace(author, session, { id: item.id, ordinal });
}

/** Where this person goes on: the first place that waits, or the one that tells most about the leaders. */
function nextPlace(
  queues: StudyQueues,
  {
    author,
    study,
    besides,
  }: { author: string; study: Pick<StoredStudy, 'pairing'>; besides: string | undefined },
): number {
  if (study.pairing === 'all') return queues.nextOrdinal(author, besides);
  const waiting = queues.waitingFor(author).filter((id) => id !== besides);
  const useful = usefulItem(queues, waiting);
  return useful === undefined ? -1 : queues.ordinalOf(author, useful);
}

/** The pair and its place in the queue: that in its evaluation would tell which prompts come with it. */
function atPlace(
  author: string,
  session: ProjectSession,
  { id, ordinal }: { id: string; ordinal: number },
): BlindComparison | null {
  const blind = toBlind(author, session, findComparison(session.file.db, id));
  return blind && { ...blind, ordinal };
}

/** Stores a blind vote on a comparison of a study; refused once it is revealed. */
export function voteInStudy(
  state: CoreState,
  session: ProjectSession,
  { author: by, ...input }: VoteInput & Annotator,
): { comparisonId: string } {
  const { comparisonId } = input;
  const evaluationId = found(
    evaluationOf(session.file.db, comparisonId),
    'comparison',
    comparisonId,
  );
  const { studyId } = evaluationById(session, evaluationId);
  if (studyId === null)
    throw new AppError('INVALID_STATE', 'This comparison belongs to no study', { comparisonId });
  const author = by ?? state.settings.author;
  const { bothBad } = requireVoting(session, studyId, author);
  storeVote(author, session, { ...input, isBothBadOffered: bothBad });
  return { comparisonId };
}

/** Withdraws this person's newest standing vote of a study and returns its comparison, with what was said of it. */
export function undoInStudy(
  state: CoreState,
  session: ProjectSession,
  { id: studyId, ...by }: { id: string } & Annotator,
): BlindComparison | null {
  const author = by.author ?? state.settings.author;
  const queues = studyQueues(session, requireVoting(session, studyId, author));
  const comparisonId = queues.lastVotedBy(author);
  if (comparisonId === undefined) return null;
  const taken = castVoteOf(session.file.db, comparisonId, { author });
  const withdrawal = { shown: 'withdrawn', author, authorKind: 'human', durationMs: null } as const;
  insertVote(session.file.db, { comparisonId, ...withdrawal });
  session.changes.touch('evaluations');
  const ordinal = queues.ordinalOf(author, comparisonId);
  const blind = atPlace(author, session, { id: comparisonId, ordinal });
  return blind && taken && { ...blind, reason: taken.reason, tags: taken.tags };
}

/** The study, on which this person may vote: neither it nor what their votes say is revealed. */
function requireVoting(session: ProjectSession, id: string, author: string): StoredStudy {
  const study = studyById(session, id);
  if (study.revealedMs !== null)
    throw new AppError(
      'INVALID_STATE',
      'The systems of this study are revealed: votes would no longer be blind',
      { id },
    );
  refuseInformed(session, { kind: 'study', id }, author);
  return study;
}
