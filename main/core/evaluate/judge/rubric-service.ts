import type { Rubric, RubricText } from '../../../../shared/domain/judge/rubric.ts';
import { findRubric, listRubrics, storeRubric } from '../../../store/repositories/judge/rubrics.ts';
import { found } from '../../base/app-error.ts';
import type { CoreState } from '../../project/core-state.ts';
import type { ProjectSession } from '../../project/project-session.ts';

/** Every rubric of the project, and the built-in ones. */
export const rubrics = ({ file: { db } }: ProjectSession): Rubric[] => listRubrics(db);

/** Stores a text as the newest version of a name. */
export function saveRubric(
  state: CoreState,
  session: ProjectSession,
  input: { name: string; text: RubricText },
): Rubric {
  const rubric = storeRubric(session.file.db, { ...input, author: state.settings.author });
  session.changes.touch('evaluations');
  return rubric;
}

/** The rubric with a hash, stored if it is a built-in one that nobody has used yet. */
export function usedRubric(state: CoreState, session: ProjectSession, hash: string): Rubric {
  const { db } = session.file;
  const rubric = found(findRubric(db, 'hash', hash), 'rubric', hash);
  return storeRubric(db, { ...rubric, author: state.settings.author });
}
