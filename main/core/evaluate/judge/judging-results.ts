import { createHash } from 'node:crypto';
import { promptWords } from '../../../../shared/domain/evaluate/evaluation.ts';
import type { JudgingResults } from '../../../../shared/domain/judge/judging-results.ts';
import { judgedPairs, type PairAsked } from '../../../../shared/stats/judge/judged-pairs.ts';
import { judgedQuality, type AnswerAsked } from '../../../../shared/stats/judge/judged-quality.ts';
import { sameAnswer, withoutThinking } from '../../../../shared/template/thinking.ts';
import { comparisonsOf } from '../../../store/repositories/comparisons.ts';
import { findEvaluation, type StoredEvaluation } from '../../../store/repositories/evaluations.ts';
import { standingGrades } from '../../../store/repositories/grades.ts';
import type { StoredJudging } from '../../../store/repositories/judge/judgings.ts';
import {
  orderedVerdicts,
  type StoredVerdict,
  verdictsOnAnswers,
  verdictsOnComparisons,
  verdictsOnTurns,
} from '../../../store/repositories/judge/verdicts.ts';
import { findPromptSet } from '../../../store/repositories/prompt-sets.ts';
import { hasHumanVotes } from '../../../store/repositories/votes.ts';
import { AppError } from '../../base/app-error.ts';
import type { ProjectSession } from '../../project/project-session.ts';
import { distinctNames, storedSystemName } from '../evaluation-service.ts';
import { evaluationIdsOf } from './items-to-judge.ts';
import { judgingById } from './judge-service.ts';
import { answersToJudge } from './texts-to-judge.ts';

/**
 * What a judge said. While the systems are hidden it is told only where no person has voted or
 * graded, and without names: whoever does must not know what a judge thinks.
 */
export function judgingResults(session: ProjectSession, id: string): JudgingResults {
  const { db } = session.file;
  const judging = judgingById(session, id);
  const evaluations = evaluationIdsOf(db, judging).flatMap(
    (evaluationId) => findEvaluation(db, 'id', evaluationId) ?? [],
  );
  const isRevealed = evaluations.every(({ revealedMs }) => revealedMs !== null);
  if (!isRevealed && isJudgedByPeople(session, evaluations))
    throw new AppError(
      'INVALID_STATE',
      'People vote on this or grade it, and its systems are still hidden: what a judge said is told once they are revealed.',
      { id },
    );
  const { rubric } = judging;
  const names = isRevealed
    ? distinctNames(session, systemsOf(evaluations))
    : hiddenNames(judging.nonce, systemsOf(evaluations));
  const nameOf = (systemId: string) => names.get(systemId) ?? '';
  const named = { evaluations, nameOf, isHidden: !isRevealed };
  const { pairs, quality, verdicts } = saidBy(session, judging, named);
  return {
    judgingId: id,
    judge: storedSystemName(session, judging.systemId),
    rubric: { hash: judging.rubricHash, name: judging.rubricName, kind: rubric.kind },
    isRevealed,
    pairs,
    quality,
    failed: verdicts.filter(({ failure }) => failure !== null).length,
  };
}

function isJudgedByPeople(
  { file: { db } }: ProjectSession,
  evaluations: readonly StoredEvaluation[],
): boolean {
  const ids = evaluations.map(({ id }) => id);
  const grades = standingGrades(db, ids);
  return hasHumanVotes(db, ids) || grades.some(({ authorKind }) => authorKind === 'human');
}

/** Numbers in an order that tells nothing: the first system of a study is the one it is about. */
function hiddenNames(nonce: string, systemIds: readonly string[]): Map<string, string> {
  const rank = (systemId: string) =>
    createHash('sha256').update(`${nonce}:${systemId}`).digest('hex');
  const mixed = systemIds.toSorted((one, other) => (rank(one) < rank(other) ? -1 : 1));
  return new Map(mixed.map((systemId, at) => [systemId, `hidden system ${at + 1}`]));
}

/** Pairs by what their hidden systems are called: as they were set up, place and side would tell them. */
const pairsByName = (pairs: readonly PairAsked[]): PairAsked[] =>
  pairs
    .map((pair) => (byName(pair.a, pair.b) > 0 ? turned(pair) : pair))
    .toSorted((one, other) => byName(one.a, other.a) || byName(one.b, other.b));

/** Answers likewise: their systems are told in the order in which they come. */
const answersByName = (answers: readonly AnswerAsked[]): AnswerAsked[] => answers.toSorted(byName);

const byName = (one: { system: string }, other: { system: string }): number =>
  one.system.localeCompare(other.system, 'en', { numeric: true });

function turned({ a, b, verdicts, ...pair }: PairAsked): PairAsked {
  const other = { given: 'swapped', swapped: 'given' } as const;
  return {
    ...pair,
    a: b,
    b: a,
    verdicts: verdicts.map((verdict) => ({ ...verdict, order: other[verdict.order] })),
  };
}

interface Named {
  evaluations: readonly StoredEvaluation[];
  nameOf: (systemId: string) => string;
  /** Then what is said comes in the order of the names, and tells no other. */
  isHidden?: boolean;
}

const systemsOf = (evaluations: readonly StoredEvaluation[]) => [
  ...new Set(evaluations.flatMap(({ systemAId, systemBId }) => [systemAId, systemBId])),
];

/** What a judge said, counted, and as it is stored; `answers` are those that it judged by themselves. */
interface Said extends Pick<JudgingResults, 'pairs' | 'quality'> {
  verdicts: StoredVerdict[];
  answers: AnswerAsked[];
}

/** What a judge said with a rubric of evaluations, whatever judging it was asked in. */
export const saidBy = (session: ProjectSession, judging: StoredJudging, named: Named): Said =>
  (judging.rubric.kind === 'pairwise' ? pairsOf : answersOf)(session, judging, named);

function pairsOf(
  { file: { db } }: ProjectSession,
  judging: StoredJudging,
  { evaluations, nameOf, isHidden = false }: Named,
): Said {
  const ids = evaluations.map(({ id }) => id);
  const verdicts = verdictsOnComparisons(db, judging, ids);
  const byPair = Map.groupBy(verdicts, ({ comparisonId }) => comparisonId ?? '');
  const pairs = evaluations.flatMap(({ id, systemAId, systemBId, promptSetId }) => {
    const promptSet = findPromptSet(db, 'id', promptSetId)?.name ?? '';
    return comparisonsOf(db, id).flatMap(({ id: comparisonId, prompt, a, b }): PairAsked[] => {
      if (!a || !b) return [];
      const [one, other] = [withoutThinking(a.output), withoutThinking(b.output)];
      return [
        {
          prompt: promptWords(prompt),
          promptSet,
          a: { system: nameOf(systemAId), output: one },
          b: { system: nameOf(systemBId), output: other },
          verdicts: orderedVerdicts(byPair.get(comparisonId) ?? []),
          isIdentical: sameAnswer(a.output, b.output),
        },
      ];
    });
  });
  return {
    pairs: judgedPairs(isHidden ? pairsByName(pairs) : pairs),
    quality: [],
    answers: [],
    verdicts,
  };
}

function answersOf(
  { file: { db } }: ProjectSession,
  judging: StoredJudging,
  { evaluations, nameOf, isHidden = false }: Named,
): Said {
  const { kind } = judging.rubric;
  if (kind === 'pairwise') return { pairs: [], quality: [], answers: [], verdicts: [] };
  const answers = answersToJudge(
    db,
    kind,
    evaluations.map(({ id }) => id),
  );
  const verdicts = verdictsOnAnswers(
    db,
    judging,
    answers.map(({ id }) => id),
  );
  const byAnswer = Map.groupBy(verdicts, ({ generationId }) => generationId ?? '');
  const asked = answers.flatMap(({ id, systemId, prompt, turns }): AnswerAsked[] =>
    verdictsOnTurns(byAnswer.get(id) ?? []).map(({ turn, probabilities, elsewhere }) => ({
      system: nameOf(systemId),
      prompt: promptWords(prompt),
      turn,
      isWholeDialogue: turn === null && turns.length > 0,
      probabilities: [...(probabilities ?? [])],
      elsewhere: elsewhere ?? 0,
    })),
  );
  return {
    pairs: [],
    quality: judgedQuality(kind, isHidden ? answersByName(asked) : asked),
    answers: asked,
    verdicts,
  };
}
