import type { ReportVote } from '../../../../shared/domain/report/evaluation-report.ts';
import { pairJudgement } from '../../../../shared/domain/judge/judge-verdict.ts';
import type { ReportJudge } from '../../../../shared/domain/report/report-judge.ts';
import { reportSystem } from '../../../../shared/report/report-system.ts';
import type { Grade } from '../../../../shared/domain/evaluate/grade.ts';
import { gradeOf } from '../../../../shared/stats/judge/judged-pairs.ts';
import type { StoredEvaluation } from '../../../store/repositories/evaluations.ts';
import {
  judgingsOf,
  type Judged,
  type StoredJudging,
} from '../../../store/repositories/judge/judgings.ts';
import { findRubric } from '../../../store/repositories/judge/rubrics.ts';
import {
  orderedVerdicts,
  verdictsOnAnswers,
  verdictsOnComparisons,
} from '../../../store/repositories/judge/verdicts.ts';
import type { ProjectSession } from '../../project/project-session.ts';
import { distinctNames } from '../evaluation-service.ts';
import { flagsOfJudge } from './findings-of-audit.ts';
import { saidBy } from './judging-results.ts';

/** A judge with a rubric, in however many judgings it was asked, and what its votes are called. */
interface Judge {
  author: string;
  name: string;
  judgings: readonly [StoredJudging, ...StoredJudging[]];
}

function judgesOf(session: ProjectSession, judged: Judged): Judge[] {
  const judgings = judgingsOf(session.file.db, judged);
  const names = distinctNames(session, [...new Set(judgings.map(({ systemId }) => systemId))]);
  const byJudge = Map.groupBy(judgings, ({ systemId, rubricHash }) =>
    JSON.stringify([systemId, rubricHash]),
  );
  return [...byJudge.values()].flatMap(([first, ...others]) => {
    if (!first) return [];
    const name = names.get(first.systemId) ?? '';
    const { version = 1 } = findRubric(session.file.db, 'hash', first.rubricHash) ?? {};
    const rubric = version > 1 ? `${first.rubricName} (version ${version})` : first.rubricName;
    return [{ author: `judge ${name} · ${rubric}`, name, judgings: [first, ...others] }];
  });
}

/** Judges of evaluations and all that they said; `nameOf` names the systems, each by its own name. */
export function reportJudges(
  session: ProjectSession,
  judged: Judged,
  named: { evaluations: readonly StoredEvaluation[]; nameOf: (systemId: string) => string },
): ReportJudge[] {
  return judgesOf(session, judged).map(({ author, name, judgings }) => {
    const [{ rubricHash, rubricName, rubric }] = judgings;
    const { verdicts, pairs, quality, answers } = saidBy(session, judgings[0], named);
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
      nonces: [...new Set(judgings.map(({ nonce }) => nonce))],
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

/** A judge's word for one answer. */
export interface JudgeGrade {
  author: string;
  generationId: string;
  grade: Grade;
  createdMs: number;
}

/** What judges that grade in words said of answers, of each the first that was said. */
export function judgeGrades(
  session: ProjectSession,
  judged: Judged,
  generationIds: readonly string[],
): JudgeGrade[] {
  const inWords = judgesOf(session, judged).filter(
    ({ judgings: [{ rubric }] }) => rubric.kind === 'absolute',
  );
  return inWords.flatMap(({ author, judgings }) => {
    const verdicts = verdictsOnAnswers(session.file.db, judgings[0], generationIds);
    const byAnswer = Map.groupBy(verdicts, ({ generationId }) => generationId ?? '');
    return [...byAnswer].flatMap(([generationId, said]) => {
      const first = said.find(({ probabilities }) => probabilities !== null);
      if (!first?.probabilities) return [];
      const grade = gradeOf('absolute', first.probabilities);
      return [{ author, generationId, grade, createdMs: first.createdMs }];
    });
  });
}
