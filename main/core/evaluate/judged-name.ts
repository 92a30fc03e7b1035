import type { Database } from '../../store/database.ts';
import { judgedNamed } from '../../store/repositories/judged-names.ts';
import { AppError } from '../base/app-error.ts';

/** NAME_TAKEN where an evaluation or a study is called so. */
export function requireFreeJudgedName(db: Database, name: string): void {
  const taken = judgedNamed(db, name);
  if (!taken) return;
  const what = taken.thing === 'study' ? 'a study' : 'an evaluation';
  throw new AppError('NAME_TAKEN', `There is ${what} “${name}” already: choose another name`, {
    name,
  });
}
