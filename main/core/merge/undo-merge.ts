import { constants, existsSync } from 'node:fs';
import { copyFile, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { MergeReport } from '../../../shared/contract/merge.ts';
import { resultOf, type Job } from '../../../shared/contract/job-kinds.ts';
import { laterWorkText } from '../../../shared/text/merging.ts';
import { makeSideFolder } from '../../side-files/side-file.ts';
import { workAfter } from '../../store/repositories/project/project-counts.ts';
import { listCheckpoints } from '../../store/repositories/checkpoints.ts';
import { backupsOf } from '../backups/session-backups.ts';
import { AppError } from '../base/app-error.ts';
import { requireSession, type CoreState } from '../project/core-state.ts';
import { inspect } from '../project/inspect-project.ts';
import { replaceOpenFile } from '../project/project-service.ts';
import type { ProjectSession } from '../project/project-session.ts';
import { removeBrought } from './bring-files.ts';
import { clearMergeScratch, copyOpenFile, requireIdle, scratchName } from './merge-service.ts';

/** The newest merge that can be undone, with what was done since. */
export function undoableMerge(session: ProjectSession) {
  const found = newestMerge(session);
  if (!found) return null;
  const { job, backup } = found;
  const { id: jobId, title, finishedMs } = job;
  return {
    jobId,
    title,
    finishedMs,
    backup,
    laterWork: workSince(session, found),
  };
}

const workSince = (
  session: ProjectSession,
  { job, report }: { job: Job; report: MergeReport },
): Record<string, number> =>
  workAfter(session.file.db, { sequence: report.sequence, sinceMs: job.finishedMs ?? 0 });

function newestMerge(session: ProjectSession) {
  const jobs = session.jobs.list().toReversed();
  for (const job of jobs) {
    const report = mergedBy(job);
    // Only the newest: what an older one goes back to knows nothing of it.
    if (report?.backup)
      return existsSync(report.backup) ? { job, report, backup: report.backup } : null;
  }
  return null;
}

function mergedBy(job: Job): MergeReport | null {
  const report = job.state === 'succeeded' ? resultOf(job, 'merge') : null;
  return report?.backup ? report : null;
}

/**
 * Puts the project back to before its newest merge. What was done since is not in it then: it stays
 * in the merged file, which is set aside and can be merged again. Refused unless that was allowed.
 */
export async function undoMerge(
  state: CoreState,
  session: ProjectSession,
  { evenWithLaterWork }: { evenWithLaterWork: boolean },
): Promise<{ aside: string | null; laterWork: Record<string, number> }> {
  const found = newestMerge(session);
  if (!found)
    throw new AppError(
      'INVALID_STATE',
      'There is no merge to undo: none was made, or the file from before it is gone',
    );
  requireIdle(session);
  const { job, backup } = found;
  const laterWork = workSince(session, found);
  const isMore = Object.values(laterWork).some((count) => count > 0);
  if (isMore && !evenWithLaterWork)
    throw new AppError(
      'INVALID_STATE',
      `Since “${job.title}” there were ${laterWorkText(laterWork)}, which undoing sets aside: ` +
        'confirm that (--even-with-later-work), or keep the merge',
      { id: job.id },
    );
  session.stopEditing('merging');
  let isReplaced = false;
  try {
    await inspect(state.paths.check(backup));
    const scratch = makeSideFolder(session.file.artifactsDir, scratchName);
    const ready = join(scratch, 'before.lima');
    await copyFile(backup, ready, constants.COPYFILE_EXCL);
    await using copy = await open(ready, 'r+');
    await copy.sync();
    const setAside = isMore ? await copyAside(session, { scratch, jobId: job.id }) : undefined;
    const onEnd = () => {
      isReplaced = true;
    };
    const merged = weightsOf(session);
    await backupsOf(session)?.giveUp();
    await replaceOpenFile(state, session, { ready, ...(setAside && { setAside }), onEnd });
    // It was running when the copy was made that the project is now.
    const before = requireSession(state);
    before.jobs.cancel(job.id);
    // What is set aside can be merged again, and finds its weights where they lie.
    if (!setAside) await removeMerged(state, before, merged);
    return { aside: setAside?.to ?? null, laterWork };
  } finally {
    if (!isReplaced) {
      await clearMergeScratch(session.file);
      session.resumeEditing('merging');
    }
  }
}

const weightsOf = ({ file }: ProjectSession): Set<string> =>
  new Set(listCheckpoints(file.db).map((checkpoint) => checkpoint.file));

/** The project is undone by now: weights that cannot be removed are files too many, and no failure. */
async function removeMerged(
  { log }: CoreState,
  before: ProjectSession,
  merged: ReadonlySet<string>,
): Promise<void> {
  const { file } = before;
  const own = weightsOf(before);
  try {
    const gone = [...merged].filter((weights) => !own.has(weights));
    const removed = await removeBrought(file, gone);
    if (removed > 0) log.write(`${file.path}: ${removed} weights of an undone merge were removed`);
  } catch (error) {
    log.write(`${file.path}: weights of an undone merge could not be removed: ${String(error)}`);
  }
}

async function copyAside(
  session: ProjectSession,
  { scratch, jobId }: { scratch: string; jobId: string },
) {
  const from = join(scratch, 'aside.lima');
  await copyOpenFile(session, from);
  const { path } = session.file;
  return { from, to: `${path.replace(/\.lima$/, '')}.with-merge-${jobId.slice(-8)}.lima` };
}
