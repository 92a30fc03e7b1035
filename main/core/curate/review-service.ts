import type { ReviewAction } from '../../../shared/domain/sample.ts';
import {
  addReviews,
  sampleHistory,
  undoLastBatch,
  type ReviewSelection,
} from '../../store/repositories/reviews.ts';
import type { CoreState } from '../project/core-state.ts';
import type { ProjectSession } from '../project/project-session.ts';
import { sampleById } from './sample-service.ts';

/** Reviews samples by id or by filter in the name of this author; the batch can be undone as one. */
export function review(
  { settings }: CoreState,
  session: ProjectSession,
  { action, selection }: { action: ReviewAction; selection: ReviewSelection },
): { changed: number; batchId: string } {
  const result = addReviews(session.file.db, action, selection, settings.author);
  session.changes.touch('samples', 'project');
  return result;
}

/** Takes back this author's newest batch that is not undone yet. */
export function undoReview(
  { settings }: CoreState,
  session: ProjectSession,
): { changed: number; ids: string[]; batchId: string | null } {
  const { batchId, ids } = undoLastBatch(session.file.db, settings.author);
  session.changes.touch('samples', 'project');
  return { changed: ids.length, ids, batchId };
}

/** Versions and reviews of a sample, or NOT_FOUND. */
export const historyOf = (session: ProjectSession, id: string) =>
  sampleHistory(session.file.db, sampleById(session, id).seq);
