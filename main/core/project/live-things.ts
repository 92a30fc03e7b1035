import type { Thing } from '../../../shared/domain/label.ts';
import type { Database } from '../../store/database.ts';
import { isDeleted } from '../../store/repositories/labels.ts';
import { AppError } from '../base/app-error.ts';

/** Throws NOT_FOUND for what was deleted and is kept only for what was made with it. */
export function requireLive(db: Database, thing: Thing, what: string): void {
  if (isDeleted(db, thing))
    throw new AppError('NOT_FOUND', `The ${what} was deleted: choose another one`, {
      what,
      id: thing.id,
    });
}
