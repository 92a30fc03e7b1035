import type { ReportVote } from '../../../../shared/domain/report/evaluation-report.ts';
import { pairJudgement } from '../../../../shared/domain/judge/judge-verdict.ts';
import type { ReportJudge } from '../../../../shared/domain/report/report-judge.ts';
import { reportSystem } from '../../../../shared/report/report-system.ts';
import { saidOf, type SaidOf } from '../../../../shared/stats/judge/judged-quality.ts';
import type { StoredEvaluation } from '../../../store/repositories/evaluations.ts';
import type { Judged } from '../../../store/repositories/judge/judgings.ts';
import {
  orderedVerdicts,
  standingVerdicts,
  verdictsOnAnswers,
  verdictsOnComparisons,
  verdictsOnTurns,
} from '../../../store/repositories/judge/verdicts.ts';
import type { ProjectSession } from '../../project/project-session.ts';
import { flagsOfJudge } from './findings-of-audit.ts';
import { isAskedIn } from './items-to-judge.ts';
import { judgesOf } from './judge-authors.ts';
import { saidBy } from './judging-results.ts';

/** Judges of evaluations and all that they said; `nameOf` names the systems, each by its own name. */
export function reportJudges(
  session: ProjectSession,
  judged: Judged,
  named: { evaluations: readonly StoredEvaluation[]; nameOf: (systemId: string) => string },
): ReportJudge[] {
  return judgesOf(session, judged).map(({ author, name, judgings }) => {
    const [{ rubricHash, rubricName, rubric }] = judgings;
    const { verdicts, pairs, quality, answers } = saidBy(session, judgings[0], named);
    const told = standingVerdicts(verdicts);
    const takenOver = told.filter((one) => !judgings.some((own) => isAskedIn(own, one)));
    const identities = verdicts.flatMap(({ identity }) => identity ?? []);
    const by = reportSystem(name, identities, null);
    const reasons = Map.groupBy(
      verdicts.flatMap(({ failure }) => failure ?? []),
      (failure) => failure,
    );
    return {
      author,
      judge: name,
      identities: by.identities,
      endpoints: by.endpoints,
      rubric: { hash: rubricHash, name: rubricName, text: rubric },
      nonces: [
        ...new Set([...judgings.map(({ nonce }) => nonce), ...takenOver.map(({ nonce }) => nonce)]),
      ],
      takenOver: takenOver.length,
      pairs,
      quality,
      answers,
      failures: [...reasons].map(([reason, own]) => ({ reason, items: own.length })),
      auditFlags: flagsOfJudge(session, judgings[0]),
    };
  });
}

/** The votes of judges on the pairs of an evaluation, by comparison. */
export function judgeVotes(
  session: ProjectSession,
  evaluationId: string,
): Map<string, ReportVote[]> {
  const { db } = session.file;
  const votes = judgesOf(session, { evaluationId })
    .filter(({ judgings: [{ rubric }] }) => rubric.kind === 'pairwise')
    .flatMap(({ author, judgings }) => {
      const verdicts = verdictsOnComparisons(db, judgings[0], [evaluationId]);
      const byPair = Map.groupBy(verdicts, ({ comparisonId }) => comparisonId ?? '');
      return [...byPair].flatMap(([comparisonId, own]) => {
        const orders = orderedVerdicts(own);
        const judgement = pairJudgement(orders);
        if (!judgement) return [];
        const { preference, verdict } = judgement;
        const atMs = Math.max(...own.map(({ createdMs }) => createdMs));
        const vote = { author, authorKind: 'judge' as const, verdict, shown: null, atMs };
        const nothingTyped = { reason: '', tags: [], durationMs: null };
        const told = orders.map((one) => ({ ...one, probabilities: [...one.probabilities] }));
        return [{ comparisonId, vote: { ...vote, ...nothingTyped, preference, orders: told } }];
      });
    });
  return new Map(
    [...Map.groupBy(votes, ({ comparisonId }) => comparisonId)].map(([id, own]) => [
      id,
      own.map(({ vote }) => vote),
    ]),
  );
}

/** A judge's word for one answer, or one turn of a dialogue. */
export interface JudgeWord<Word> {
  author: string;
  generationId: string;
  /** Null of a single answer, and of a whole dialogue. */
  turn: number | null;
  word: Word;
  createdMs: number;
}

/** What judges that grade in words, or that tell safe answers from others, said of answers. */
export const judgeWords = <Kind extends 'absolute' | 'safety'>(
  session: ProjectSession,
  judged: Judged,
  { kind, generationIds }: { kind: Kind; generationIds: readonly string[] },
): JudgeWord<SaidOf[Kind]>[] =>
  judgesOf(session, judged)
    .filter(({ judgings: [{ rubric }] }) => rubric.kind === kind)
    .flatMap(({ author, judgings }) => {
      const verdicts = verdictsOnAnswers(session.file.db, judgings[0], generationIds);
      const byAnswer = Map.groupBy(verdicts, ({ generationId }) => generationId ?? '');
      return [...byAnswer].flatMap(([generationId, said]) =>
        verdictsOnTurns(said).map(({ turn, probabilities, createdMs }) => ({
          author,
          generationId,
          turn,
          word: saidOf(kind, probabilities ?? []),
          createdMs,
        })),
      );
    });
