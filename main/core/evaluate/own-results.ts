import type { OwnResults } from '../../../shared/contract/evaluate.ts';
import type { EvaluationReport } from '../../../shared/domain/report/evaluation-report.ts';
import { verdictsOfReport } from '../../../shared/report/report-verdicts.ts';
import { statisticsOfVerdicts } from '../../../shared/stats/verdict-statistics.ts';
import { formatQuantity } from '../../../shared/text/numbers.ts';
import { comparisonCounts, firstWaiting } from '../../store/repositories/comparisons.ts';
import { addOwnReveal, ownRevealsOf, type JudgedId } from '../../store/repositories/own-reveals.ts';
import { identicalAnswersAuthor } from '../../../shared/domain/evaluate/evaluation.ts';
import { AppError } from '../base/app-error.ts';
import type { ProjectSession } from '../project/project-session.ts';
import { requireAlone, studyById } from './evaluation-service.ts';
import { ownReport } from './report-service.ts';
import { ownReportsOfStudy } from './study/study-report.ts';
import { studyQueues } from './study/study-state.ts';

/** What of their votes a person is told while it is blind for everybody else. */
interface Voter extends JudgedId {
  author: string;
}

/**
 * Lets a person who has voted on all that was theirs see what their own votes say. Their votes end
 * with that; everybody else’s queue stays blind, and no vote of another person is told.
 */
export function revealOwn(session: ProjectSession, voter: Voter): OwnResults {
  const { db } = session.file;
  if (!ownRevealsOf(db, voter).includes(voter.author)) {
    const open = openFor(session, voter);
    if (open !== undefined)
      throw new AppError('INVALID_STATE', `${open}: what your votes say is told after that`, {
        id: voter.id,
      });
    addOwnReveal(db, voter, voter.author);
    session.changes.touch('evaluations');
  }
  return ownResults(session, voter);
}

/** What a person’s own votes say; INVALID_STATE before they asked for it. */
export function ownResults(session: ProjectSession, voter: Voter): OwnResults {
  const { author, kind, id } = voter;
  if (!ownRevealsOf(session.file.db, voter).includes(author))
    throw new AppError(
      'INVALID_STATE',
      `This is blind for ${author}: vote on all that is yours, then ask for your own results`,
      { id },
    );
  const reports: EvaluationReport[] =
    kind === 'study' ? ownReportsOfStudy(session, id, author) : [ownReport(session, id, author)];
  const votes = reports.flatMap(({ items }) => items.flatMap((item) => item.votes));
  return {
    author,
    votes: votes.length,
    bothBad: votes.filter(({ shown }) => shown === 'both-bad').length,
    statistics: statisticsOfVerdicts(reports.flatMap(verdictsOfReport)),
  };
}

/** What a person has still to vote on, or what keeps them from it, in words. */
function openFor(session: ProjectSession, { kind, id, author }: Voter): string | undefined {
  const counted = kind === 'study' ? openInStudy(session, id, author) : openIn(session, id, author);
  if (counted.lacking > 0) return `${formatQuantity(counted.lacking, 'answer')} not there yet`;
  if (counted.isOpen) return `Not everything that is for ${author} is voted on`;
  return counted.votes === 0 ? `There is no vote of ${author}` : undefined;
}

function openInStudy(session: ProjectSession, id: string, author: string) {
  const queues = studyQueues(session, studyById(session, id));
  const { done, total } = queues.answers;
  const votes = queues.annotators().find((one) => one.author === author)?.votes ?? 0;
  return { lacking: total - done, isOpen: queues.queueOf(author).left > 0, votes };
}

function openIn(session: ProjectSession, id: string, author: string) {
  const { db } = session.file;
  requireAlone(session, id);
  const counts = comparisonCounts(db, id);
  const lacking = 2 * counts.comparisons - counts.generatedA - counts.generatedB;
  const ruledBy = identicalAnswersAuthor;
  const open = firstWaiting(db, { evaluationId: id, author, ruledBy, isReady: true, besides: '' });
  const votes = ownReport(session, id, author).items.flatMap((item) => item.votes).length;
  return { lacking, isOpen: open !== undefined, votes };
}
