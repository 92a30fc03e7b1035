import type { StoredEvaluation } from '../../../store/repositories/evaluations.ts';
import type { ProjectSession } from '../../project/project-session.ts';
import { distinctNames } from '../evaluation-service.ts';

/** Names of the systems of evaluations by id, as reports of them tell two of one name apart. */
export const systemNames = (
  session: ProjectSession,
  evaluations: readonly StoredEvaluation[],
): Map<string, string> =>
  distinctNames(session, [
    ...new Set([
      ...evaluations.map(({ systemAId }) => systemAId),
      ...evaluations.map(({ systemBId }) => systemBId),
    ]),
  ]);
