import type { Judged } from '../../../../shared/contract/judgings.ts';
import type { AuditOnVotes } from '../../../../shared/domain/judge/audit/audit-findings.ts';
import {
  comparedOutcome,
  gradedOutcome,
} from '../../../../shared/domain/judge/audit/pair-outcome.ts';
import {
  promptWords,
  resolveVerdict,
  type Verdict,
} from '../../../../shared/domain/evaluate/evaluation.ts';
import { majorityVerdict } from '../../../../shared/report/compose-report.ts';
import { auditOnVotes, type VotedPair } from '../../../../shared/stats/judge/audit-on-votes.ts';
import { comparisonsOf, type StoredComparison } from '../../../store/repositories/comparisons.ts';
import {
  evaluationsOfStudy,
  listEvaluations,
  type StoredEvaluation,
} from '../../../store/repositories/evaluations.ts';
import type { StoredJudging } from '../../../store/repositories/judge/judgings.ts';
import {
  orderedVerdicts,
  verdictsOnAnswers,
  verdictsOnComparisons,
  verdictsOnTurns,
} from '../../../store/repositories/judge/verdicts.ts';
import { answersOfEvaluations } from '../../../store/repositories/judge/judged-items.ts';
import { findStudy } from '../../../store/repositories/studies.ts';
import { findSystem } from '../../../store/repositories/systems.ts';
import { standingVotes } from '../../../store/repositories/votes.ts';
import { AppError } from '../../base/app-error.ts';
import type { ProjectSession } from '../../project/project-session.ts';
import { evaluationById, storedSystemName, studyById } from '../evaluation-service.ts';

/**
 * What people's votes say of a judge, on a study or an evaluation or on all that is revealed; null
 * where it has judged nothing of that. What is blind is refused: this would tell who is who.
 */
export function auditOnStoredVotes(
  session: ProjectSession,
  audit: StoredJudging,
  judged?: Judged,
): AuditOnVotes | null {
  const evaluations = judged ? revealedOf(session, judged) : allRevealed(session);
  const pairs = evaluations.map((evaluation) => ({
    evaluation,
    voted: votedPairs(session, audit, evaluation),
  }));
  const used = pairs.filter(({ voted }) => voted.length > 0);
  if (used.length === 0) return null;
  const systemIds = used.flatMap(({ evaluation: { systemAId, systemBId } }) => [
    systemAId,
    systemBId,
  ]);
  const own = systemIds.filter((id) => isOnBaseOf(session, id, audit));
  return {
    of: [...new Set(used.map(({ evaluation }) => nameOf(session, evaluation)))],
    ...auditOnVotes(used.flatMap(({ voted }) => voted)),
    own: [...new Set(own)].map((id) => storedSystemName(session, id)),
  };
}

function revealedOf(session: ProjectSession, { kind, id }: Judged): StoredEvaluation[] {
  const { db } = session.file;
  const evaluations =
    kind === 'study'
      ? evaluationsOfStudy(db, studyById(session, id).id)
      : [evaluationById(session, id)];
  if (evaluations.some(({ revealedMs }) => revealedMs === null))
    throw new AppError(
      'INVALID_STATE',
      'This is still blind, and how a judge agrees with its votes would tell who is who: reveal it first.',
      { id },
    );
  return evaluations;
}

const allRevealed = ({ file: { db } }: ProjectSession): StoredEvaluation[] =>
  listEvaluations(db).filter(({ revealedMs }) => revealedMs !== null);

const nameOf = ({ file: { db } }: ProjectSession, { name, studyId }: StoredEvaluation): string =>
  (studyId === null ? undefined : findStudy(db, 'id', studyId)?.name) ?? name;

/** Whether a system stands on the base model that judges. */
function isOnBaseOf(
  { file: { db } }: ProjectSession,
  systemId: string,
  audit: StoredJudging,
): boolean {
  const [system, judge] = [findSystem(db, systemId), findSystem(db, audit.systemId)];
  return (
    system?.kind === 'weights' &&
    judge?.kind === 'weights' &&
    system.spec.modelId === judge.spec.modelId
  );
}

function votedPairs(
  session: ProjectSession,
  audit: StoredJudging,
  evaluation: StoredEvaluation,
): VotedPair[] {
  const { db } = session.file;
  const outcomeOf = outcomesOf(session, audit, evaluation);
  const votes = Map.groupBy(standingVotes(db, evaluation.id), (vote) => vote.comparisonId);
  const [a, b] = [evaluation.systemAId, evaluation.systemBId].map((id) =>
    isOnBaseOf(session, id, audit),
  );
  const own = a === b ? null : a ? 'a' : 'b';
  return comparisonsOf(db, evaluation.id).flatMap((comparison) => {
    const outcome = outcomeOf(comparison);
    if (!outcome) return [];
    const said = votes.get(comparison.id) ?? [];
    const people = said.flatMap(({ shown, authorKind }): Verdict[] =>
      authorKind === 'human' && shown !== 'withdrawn'
        ? [resolveVerdict(shown, comparison.leftSide)]
        : [],
    );
    const prompt = promptWords(comparison.prompt);
    return [{ prompt, outcome, people: majorityVerdict(people), own }];
  });
}

type OutcomeOf = (comparison: StoredComparison) => VotedPair['outcome'] | undefined;

/** What the judge made of the pairs of an evaluation: by comparing them, or by grading both answers. */
function outcomesOf(
  { file: { db } }: ProjectSession,
  audit: StoredJudging,
  { id, systemAId, systemBId }: StoredEvaluation,
): OutcomeOf {
  const { kind } = audit.rubric;
  if (kind === 'pairwise') {
    const verdicts = verdictsOnComparisons(db, audit, [id]);
    const byPair = Map.groupBy(verdicts, ({ comparisonId }) => comparisonId);
    return (comparison) => comparedOutcome(orderedVerdicts(byPair.get(comparison.id) ?? []));
  }
  const answers = answersOfEvaluations(db, [id]);
  const ids = new Map(answers.map((one) => [`${one.systemId} ${one.promptId}`, one.id]));
  const verdicts = verdictsOnAnswers(db, audit, [...ids.values()]);
  const byAnswer = Map.groupBy(verdicts, ({ generationId }) => generationId);
  const gradesOf = (systemId: string, promptId: string) =>
    orderedVerdicts(verdictsOnTurns(byAnswer.get(ids.get(`${systemId} ${promptId}`) ?? '') ?? []));
  return ({ promptId }) =>
    gradedOutcome(kind, gradesOf(systemAId, promptId), gradesOf(systemBId, promptId));
}
