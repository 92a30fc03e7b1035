import type { BlindComparison, EvaluationSummary } from '../../../shared/contract/evaluate.ts';
import type { ShownVerdict } from '../../../shared/domain/evaluation.ts';
import {
  comparisonsOf,
  evaluationOf,
  type StoredComparison,
} from '../../store/repositories/comparisons.ts';
import { insertVote, standingVotes, type StoredVote } from '../../store/repositories/votes.ts';
import { AppError, found } from '../base/app-error.ts';
import type { CoreState } from '../project/core-state.ts';
import type { ProjectSession } from '../project/project-session.ts';
import { evaluationById, evaluationSummary } from './evaluation-service.ts';
import { identicalAnswersAuthor } from './generate-job.ts';

interface Ballot {
  items: StoredComparison[];
  mine: Map<string, ShownVerdict>;
  ruled: Set<string>;
}

function ballotOf(state: CoreState, session: ProjectSession, evaluationId: string): Ballot {
  const votes = standingVotes(session.file.db, evaluationId);
  const isMine = (vote: StoredVote) =>
    vote.authorKind === 'human' && vote.author === state.settings.author;
  return {
    items: comparisonsOf(session.file.db, evaluationId),
    mine: new Map(
      votes.flatMap((vote) =>
        isMine(vote) && vote.shown !== 'withdrawn' ? [[vote.comparisonId, vote.shown]] : [],
      ),
    ),
    ruled: new Set(
      votes.flatMap((vote) => (vote.author === identicalAnswersAuthor ? [vote.comparisonId] : [])),
    ),
  };
}

/** The two answers by side and nothing else, or null while one of them is missing. */
function toBlind(item: StoredComparison, ballot: Ballot): BlindComparison | null {
  if (!item.a || !item.b) return null;
  const [left, right] = item.leftSide === 'a' ? [item.a, item.b] : [item.b, item.a];
  return {
    comparisonId: item.id,
    ordinal: item.ordinal,
    prompt: item.prompt,
    left: left.output,
    right: right.output,
    verdict: ballot.mine.get(item.id) ?? null,
  };
}

/** The comparison with an ordinal, or the first that is ready and waits for this author. */
export function nextComparison(
  state: CoreState,
  session: ProjectSession,
  input: { id: string; ordinal?: number | undefined },
): BlindComparison | null {
  const ballot = ballotOf(state, session, evaluationById(session, input.id).id);
  const item =
    input.ordinal === undefined
      ? ballot.items.find(({ id, a, b }) => a && b && !ballot.mine.has(id) && !ballot.ruled.has(id))
      : ballot.items.find(({ ordinal }) => ordinal === input.ordinal);
  return item ? toBlind(item, ballot) : null;
}

/** Stores a blind vote; refused once the systems are revealed. */
export function vote(
  state: CoreState,
  session: ProjectSession,
  input: { comparisonId: string; verdict: ShownVerdict; durationMs?: number | undefined },
): EvaluationSummary {
  const { db } = session.file;
  const { comparisonId } = input;
  const id = found(evaluationOf(db, comparisonId), 'comparison', comparisonId);
  refuseRevealed(session, id);
  const item = comparisonsOf(db, id).find((candidate) => candidate.id === comparisonId);
  if (!item?.a || !item.b)
    throw new AppError('INVALID_STATE', 'One of the two answers is not generated yet', {
      comparisonId,
    });
  insertVote(db, {
    comparisonId,
    shown: input.verdict,
    author: state.settings.author,
    authorKind: 'human',
    durationMs: input.durationMs ?? null,
  });
  session.changes.touch('evaluations');
  return evaluationSummary(session, id);
}

/** Withdraws this author's newest standing vote and returns its comparison. */
export function undoVote(
  state: CoreState,
  session: ProjectSession,
  evaluationId: string,
): BlindComparison | null {
  refuseRevealed(session, evaluationId);
  const { author } = state.settings;
  const last = standingVotes(session.file.db, evaluationId).findLast(
    (candidate) => candidate.authorKind === 'human' && candidate.author === author,
  );
  if (!last) return null;
  const { comparisonId } = last;
  const withdrawal = { shown: 'withdrawn', author, authorKind: 'human', durationMs: null } as const;
  insertVote(session.file.db, { comparisonId, ...withdrawal });
  session.changes.touch('evaluations');
  const ballot = ballotOf(state, session, evaluationId);
  const item = ballot.items.find(({ id }) => id === comparisonId);
  return item ? toBlind(item, ballot) : null;
}

/** INVALID_STATE once the systems are revealed: a vote would no longer be blind. */
export function refuseRevealed(session: ProjectSession, evaluationId: string): void {
  if (evaluationById(session, evaluationId).revealedMs !== null)
    throw new AppError(
      'INVALID_STATE',
      'The systems of this evaluation are revealed: votes would no longer be blind',
      { evaluationId },
    );
}
