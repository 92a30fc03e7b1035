import {
  judgingsOf,
  type Judged,
  type StoredJudging,
} from '../../../store/repositories/judge/judgings.ts';
import { findRubric } from '../../../store/repositories/judge/rubrics.ts';
import type { ProjectSession } from '../../project/project-session.ts';
import { distinctNames } from '../evaluation-service.ts';

/** A judge with a rubric, in however many judgings it was asked, and what its votes are called. */
interface Judge {
  author: string;
  name: string;
  judgings: readonly [StoredJudging, ...StoredJudging[]];
}

/** Everybody that judges a study or an evaluation. */
export function judgesOf(session: ProjectSession, judged: Judged): Judge[] {
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
