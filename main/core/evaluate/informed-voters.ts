import { ownRevealsOf, type JudgedId } from '../../store/repositories/own-reveals.ts';
import { AppError } from '../base/app-error.ts';
import type { ProjectSession } from '../project/project-session.ts';

/** INVALID_STATE for somebody who has seen what their own votes say: a further one is not blind. */
export function refuseInformed(
  { file: { db } }: ProjectSession,
  { kind, id }: JudgedId,
  author: string,
): void {
  if (!ownRevealsOf(db, { kind, id }).includes(author)) return;
  throw new AppError(
    'INVALID_STATE',
    `${author} has seen what their own votes say, so that another vote would not be blind. ` +
      'Everybody else goes on voting.',
    { id },
  );
}
