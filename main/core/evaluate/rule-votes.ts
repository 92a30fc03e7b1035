import type { EvaluationSummary } from '../../../shared/contract/evaluate.ts';
import { containsExpected } from '../../../shared/stats/expected-answer.ts';
import { showVerdict, type Verdict } from '../../../shared/domain/evaluate/evaluation.ts';
import { withTransaction } from '../../store/database.ts';
import { comparisonsOf, type StoredComparison } from '../../store/repositories/comparisons.ts';
import { insertVote } from '../../store/repositories/votes.ts';
import { AppError } from '../base/app-error.ts';
import type { ProjectSession } from '../project/project-session.ts';
import { evaluationById, evaluationSummary } from './evaluation-service.ts';
import { refuseRevealed } from './voting-service.ts';

/** Who casts votes by the expected answer. */
export const expectedAnswerAuthor = 'expected answer';

/** The verdict of the rule, or undefined where it cannot judge. */
function verdictOf({ a, b, expected }: StoredComparison): Verdict | undefined {
  if (!a || !b || expected === null) return undefined;
  // What is expected of a dialogue is expected of its last answer.
  const [isA, isB] = [a, b].map(({ output, turns }) =>
    containsExpected(turns.at(-1)?.output ?? output, expected),
  );
  if (isA === isB) return 'tie';
  return isA ? 'a' : 'b';
}

/** Casts the rule's votes in one transaction; INVALID_STATE when no prompt has an expected answer. */
export function voteByExpectedAnswer(
  session: ProjectSession,
  evaluationId: string,
): { votes: number; summary: EvaluationSummary } {
  const { db } = session.file;
  evaluationById(session, evaluationId);
  refuseRevealed(session, evaluationId);
  const items = comparisonsOf(db, evaluationId);
  if (!items.some((item) => item.expected !== null))
    throw new AppError(
      'INVALID_STATE',
      'No prompt of this evaluation has an expected answer: add a field "expected" to the prompts file',
      { evaluationId },
    );
  const votes = withTransaction(db, () => {
    let cast = 0;
    for (const item of items) {
      const verdict = verdictOf(item);
      if (!verdict) continue;
      insertVote(db, {
        comparisonId: item.id,
        shown: showVerdict(verdict, item.leftSide),
        author: expectedAnswerAuthor,
        authorKind: 'rule',
        durationMs: null,
      });
      cast += 1;
    }
    return cast;
  });
  session.changes.touch('evaluations');
  return { votes, summary: evaluationSummary(session, evaluationId) };
}
