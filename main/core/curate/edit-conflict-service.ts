import type { Sample } from '../../../shared/domain/sample.ts';
import { withTransaction } from '../../store/database.ts';
import { headVersions } from '../../store/repositories/samples/edit-conflicts.ts';
import { addVersion } from '../../store/repositories/samples/samples.ts';
import { found } from '../base/app-error.ts';
import type { CoreState } from '../project/core-state.ts';
import type { ProjectSession } from '../project/project-session.ts';
import { sampleById } from './sample-service.ts';

/** The edits of a sample that stand beside each other, oldest first. */
export const editsOf = (session: ProjectSession, sampleId: string) =>
  headVersions(session.file.db, sampleById(session, sampleId).seq);

/** Makes a version with the words of one edit, from all that stand beside each other: the choice. */
export function chooseEdit(
  { settings }: CoreState,
  session: ProjectSession,
  { sampleId, versionId }: { sampleId: string; versionId: string },
): Sample {
  const { db } = session.file;
  withTransaction(db, () => {
    const sample = sampleById(session, sampleId);
    const heads = headVersions(db, sample.seq);
    const chosen = found(
      heads.find((head) => head.versionId === versionId),
      'edit',
      versionId,
    );
    if (heads.length === 1) return;
    const { messages } = chosen;
    const parents = heads.map((head) => head.versionId);
    addVersion(db, sample, { messages, author: settings.author }, parents);
  });
  session.changes.touch('samples');
  return sampleById(session, sampleId);
}
