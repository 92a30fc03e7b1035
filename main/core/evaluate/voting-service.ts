import type { BlindComparison, EvaluationSummary } from '../../../shared/contract/evaluate.ts';
import {
  identicalAnswersAuthor,
  noReason,
  type ShownVerdict,
  type VoteReason,
} from '../../../shared/domain/evaluate/evaluation.ts';
import { splitPrompt } from '../../../shared/domain/evaluate/dialogue.ts';
import { dialogueText } from '../../../shared/template/dialogue-text.ts';
import type { Message } from '../../../shared/domain/message.ts';
import { withoutThinking } from '../../../shared/template/thinking.ts';
import { isJobFinished } from '../../../shared/domain/job.ts';
import {
  comparisonAt,
  evaluationOf,
  findComparison,
  firstWaiting,
  type ComparisonAnswer,
  type StoredComparison,
} from '../../store/repositories/comparisons.ts';
import type { StoredEvaluation } from '../../store/repositories/evaluations.ts';
import { castVoteOf, insertVote, lastVoteOf } from '../../store/repositories/votes.ts';
import { findJob } from '../../store/repositories/jobs.ts';
import { AppError, found } from '../base/app-error.ts';
import type { CoreState } from '../project/core-state.ts';
import type { ProjectSession } from '../project/project-session.ts';
import { evaluationSummary, requireAlone } from './evaluation-service.ts';
import { refuseInformed } from './informed-voters.ts';

type Answered = Pick<ComparisonAnswer, 'output' | 'turns'>;
type BothAnswers = Pick<StoredComparison, 'leftSide'> & Record<'a' | 'b', Answered | null>;

/** One side as a voter sees it: an answer, and of a dialogue each of its answers. */
interface BlindSide {
  output: string;
  turns: string[];
}

/**
 * Both answers by side, without thinking: whether a system thinks tells which it is. Undefined
 * while one of them is missing.
 */
export function blindSides({
  leftSide,
  a,
  b,
}: BothAnswers): Record<'left' | 'right', BlindSide> | undefined {
  if (!a || !b) return undefined;
  const [left, right] = leftSide === 'a' ? [a, b] : [b, a];
  return { left: blindSide(left), right: blindSide(right) };
}

const blindSide = ({ output, turns }: Answered): BlindSide => ({
  output: withoutThinking(output),
  turns: turns.map((turn) => withoutThinking(turn.output)),
});

/** The text of a side: of a dialogue all of it, so that whoever reads no turns reads every word. */
const sideText = (prompt: readonly Message[], { output, turns }: BlindSide): string =>
  turns.length === 0 ? output : dialogueText(prompt, turns);

/** The two answers by side and nothing else, or null while one of them is missing. */
export function toBlind(
  author: string,
  session: ProjectSession,
  item: StoredComparison | undefined,
): BlindComparison | null {
  const sides = item && blindSides(item);
  if (!item || !sides) return null;
  const { shown: verdict, ...why } = castVoteOf(session.file.db, item.id, { author }) ?? {
    shown: null,
    ...noReason,
  };
  const { id: comparisonId, ordinal, prompt } = item;
  return {
    comparisonId,
    ordinal,
    prompt,
    left: sideText(prompt, sides.left),
    right: sideText(prompt, sides.right),
    dialogue: dialogueOf(prompt, sides),
    verdict,
    ...why,
  };
}

/** The two dialogues turn by turn; null of single answers. */
function dialogueOf(
  prompt: readonly Message[],
  { left, right }: Record<'left' | 'right', BlindSide>,
): BlindComparison['dialogue'] {
  if (left.turns.length === 0 && right.turns.length === 0) return null;
  return splitPrompt(prompt).asked.map(({ content }, turn) => ({
    asked: content,
    left: left.turns[turn] ?? '',
    right: right.turns[turn] ?? '',
  }));
}

/** The comparison with an ordinal, or the first that is ready and waits for this author. */
export function nextComparison(
  state: CoreState,
  session: ProjectSession,
  input: { id: string; ordinal?: number | undefined; besides?: string | undefined },
): BlindComparison | null {
  const { db } = session.file;
  const { id: evaluationId, jobId } = requireAlone(session, input.id);
  const { author } = state.settings;
  const job = jobId === null ? undefined : findJob(db, jobId);
  // In order as long as the answer that lacks is on its way.
  const isReady = job === undefined || isJobFinished(job.state);
  const { besides = '' } = input;
  const wanted = { evaluationId, author, ruledBy: identicalAnswersAuthor, isReady, besides };
  const item =
    input.ordinal === undefined
      ? firstWaiting(db, wanted)
      : comparisonAt(db, evaluationId, input.ordinal);
  return toBlind(author, session, item);
}

/** Stores a blind vote; refused once the systems are revealed. */
export function vote(
  state: CoreState,
  session: ProjectSession,
  input: VoteInput,
): EvaluationSummary {
  const { comparisonId } = input;
  const id = found(evaluationOf(session.file.db, comparisonId), 'comparison', comparisonId);
  const evaluation = refuseRevealed(session, id);
  const { author } = state.settings;
  refuseInformed(session, { kind: 'evaluation', id }, author);
  storeVote(author, session, { ...input, isBothBadOffered: evaluation.bothBad });
  return evaluationSummary(session, id);
}

/** A vote as a shell gives it. */
export interface VoteInput extends Partial<VoteReason> {
  comparisonId: string;
  verdict: ShownVerdict;
  durationMs?: number | undefined;
}

/** Stores a person's vote; INVALID_STATE where an answer is missing, or the choice is not offered. */
export function storeVote(
  author: string,
  session: ProjectSession,
  input: VoteInput & { isBothBadOffered: boolean },
): void {
  const { db } = session.file;
  const { comparisonId, reason, tags } = input;
  if (input.verdict === 'both-bad' && !input.isBothBadOffered)
    throw new AppError(
      'INVALID_STATE',
      '“Both bad” is not a choice here: it is offered where an evaluation or a study was set up with it',
      { comparisonId },
    );
  const item = findComparison(db, comparisonId);
  if (!item?.a || !item.b) throw new AppError('INVALID_STATE', lackOf(item), { comparisonId });
  insertVote(db, {
    comparisonId,
    shown: input.verdict,
    author,
    authorKind: 'human',
    durationMs: input.durationMs ?? null,
    ...(reason !== undefined && { reason }),
    ...(tags !== undefined && { tags }),
  });
  session.changes.touch('evaluations');
}

const lackOf = (item: StoredComparison | undefined): string =>
  item?.failures[0]
    ? `One of the two answers failed, so there is nothing to vote on: ${item.failures[0].reason}`
    : 'One of the two answers is not generated yet';

/** Withdraws this author's newest standing vote and returns its comparison, with what was said of it. */
export function undoVote(
  state: CoreState,
  session: ProjectSession,
  evaluationId: string,
): BlindComparison | null {
  refuseRevealed(session, evaluationId);
  const { author } = state.settings;
  refuseInformed(session, { kind: 'evaluation', id: evaluationId }, author);
  const last = lastVoteOf(session.file.db, evaluationId, author);
  if (!last) return null;
  const { comparisonId, reason, tags } = last;
  const withdrawal = { shown: 'withdrawn', author, authorKind: 'human', durationMs: null } as const;
  insertVote(session.file.db, { comparisonId, ...withdrawal });
  session.changes.touch('evaluations');
  const blind = toBlind(author, session, findComparison(session.file.db, comparisonId));
  return blind && { ...blind, reason, tags };
}

/**
 * INVALID_STATE once the systems are revealed: a vote would no longer be blind. What belongs to a
 * study is voted on there alone: by itself it would tell which comparisons are of one pair.
 */
export function refuseRevealed(session: ProjectSession, evaluationId: string): StoredEvaluation {
  const evaluation = requireAlone(session, evaluationId);
  if (evaluation.revealedMs !== null)
    throw new AppError(
      'INVALID_STATE',
      'The systems of this evaluation are revealed: votes would no longer be blind',
      { evaluationId },
    );
  return evaluation;
}
