import { existsSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { MergeReport } from '../../../shared/contract/merge.ts';
import type { JobPayload } from '../../../shared/contract/job-kinds.ts';
import { isJobFinished, type JobSnapshot } from '../../../shared/domain/job.ts';
import { makeSideFolder, openSideFile } from '../../side-files/side-file.ts';
import { finishMergedCopy } from '../../store/merge/merge-files.ts';
import { readProjectHeader } from '../../store/file/project-header.ts';
import { copyToRead } from '../../store/file/reading-place.ts';
import type { ProjectFile } from '../../store/file/open-project-file.ts';
import { backupsOf } from '../backups/session-backups.ts';
import { AppError } from '../base/app-error.ts';
import type { JobContext, JobHandler } from '../jobs/job-handler.ts';
import type { CoreState } from '../project/core-state.ts';
import { inspect } from '../project/inspect-project.ts';
import { replaceOpenFile } from '../project/project-service.ts';
import type { ProjectSession } from '../project/project-session.ts';
import { bringFiles, requireTwoFiles } from './bring-files.ts';
import { reportOf } from './merge-report.ts';
import { runMerge } from './run-merge.ts';

type MergePayload = JobPayload<'merge'>;

/** Queues the merge of another copy into the open project; refused while anything else runs. */
export function startMerge(
  state: CoreState,
  session: ProjectSession,
  input: MergePayload,
): JobSnapshot {
  const path = state.paths.check(input.path);
  requireTwoFiles(session.file.path, path);
  readProjectHeader(path);
  requireIdle(session);
  return session.jobs.start({
    kind: 'merge',
    title: `${input.dryRun ? 'Compare with' : 'Merge'} ${basename(path)}`,
    subjectId: null,
    payload: { ...input, path },
  });
}

/** INVALID_STATE while a job works on the project: what it stored would not be in the merged file. */
export function requireIdle(session: ProjectSession, jobId?: string): void {
  const busy = session.jobs.list().find((job) => job.id !== jobId && !isJobFinished(job.state));
  if (busy)
    throw new AppError(
      'INVALID_STATE',
      `“${busy.title}” is ${busy.state}: wait until it ends, pause or cancel it, then merge`,
      { id: busy.id, state: busy.state },
    );
  if (session.calls.answers > 0)
    throw new AppError(
      'INVALID_STATE',
      'An answer is being written in Chat: wait until it ends or stop it, then merge',
    );
}

/** Merges in private copies, and puts the merged one in the project's place at the end. */
export function mergeJob(session: ProjectSession, state: CoreState): JobHandler<'merge'> {
  return {
    kind: 'merge',
    resource: 'disk',
    execute: async (payload, context) => {
      requireIdle(session, context.jobId);
      session.stopEditing('merging');
      let isReplaced = false;
      const handOver = () => {
        isReplaced = true;
        context.handOver();
      };
      try {
        return await mergeInto(state, session, payload, { ...context, handOver });
      } finally {
        // Where the merged file took over, what is left is cleared when that one is opened.
        if (!isReplaced) {
          await clearMergeScratch(session.file);
          session.resumeEditing('merging');
        }
      }
    },
  };
}

/** The folder of a merge in the one beside the project; cleared at the next opening. */
export const scratchName = 'merging';
const scratchOf = (file: Pick<ProjectFile, 'artifactsDir'>) => join(file.artifactsDir, scratchName);

/** Removes what a merge that a crash ended has left. */
export function removeMergeScratch(file: Pick<ProjectFile, 'artifactsDir'>): boolean {
  const folder = scratchOf(file);
  if (!existsSync(folder)) return false;
  rmSync(folder, { recursive: true, force: true });
  return true;
}

/** The same while a project is open: large files take a moment to go, and nobody waits for it. */
export async function clearMergeScratch(file: Pick<ProjectFile, 'artifactsDir'>): Promise<void> {
  await rm(scratchOf(file), { recursive: true, force: true });
}

async function mergeInto(
  state: CoreState,
  session: ProjectSession,
  payload: MergePayload,
  context: JobContext,
): Promise<MergeReport> {
  const { file } = session;
  await clearMergeScratch(file);
  const scratch = makeSideFolder(file.artifactsDir, scratchName);
  const own = join(scratch, 'own.lima');
  using other = await readOther(state, payload, context);
  context.report({ phase: 'copying', done: 0, total: 0, unit: '' });
  await copyOpenFile(session, own, context.signal);
  const merged = await runMerge(
    {
      place: { own, other: other.path },
      path: payload.path,
      isOtherProject: payload.isOtherProject,
    },
    {
      signal: context.signal,
      onStep: (step, done, total) =>
        context.report({ phase: phases[step] ?? step, done, total, unit: 'samples' }),
    },
  );
  const files = payload.dryRun
    ? { came: 0, bytes: 0, missing: [] }
    : await bringFiles(
        merged.files,
        { from: `${payload.path}.d`, to: file.artifactsDir },
        {
          signal: context.signal,
          onBytes: (done, total) =>
            context.report({ phase: 'copying weights', done, total, unit: 'bytes' }),
        },
      );
  if (payload.dryRun || merged.content === merged.contentBefore)
    return reportOf(merged, { ...payload, files, backup: null });
  context.report({ phase: 'backing up', done: 0, total: 0, unit: '' });
  const backup = (await backupsOf(session)?.make('merge')) ?? null;
  const report = reportOf(merged, { ...payload, files, backup });
  await finishMergedCopy(own, context.jobId, report);
  context.signal.throwIfAborted();
  await backupsOf(session)?.giveUp();
  await replaceOpenFile(state, session, { ready: own, onEnd: () => context.handOver() });
  return report;
}

const phases: Record<string, string> = {
  samples: 'merging samples',
  reviews: 'merging reviews',
  datasets: 'merging datasets',
  runs: 'merging runs',
  evaluations: 'merging evaluations',
  words: 'indexing',
  check: 'checking',
  content: 'comparing',
};

/** A private copy of the other project, inspected as any file that may come from anyone. */
async function readOther(
  state: CoreState,
  { path }: MergePayload,
  context: JobContext,
): Promise<Disposable & { path: string }> {
  const { signal } = context;
  context.report({ phase: 'inspecting', done: 0, total: 0, unit: '' });
  const checked = state.paths.check(path);
  await inspect(checked);
  signal.throwIfAborted();
  const place = await copyToRead(checked);
  try {
    signal.throwIfAborted();
    await inspect(checked, place);
    signal.throwIfAborted();
    return place;
  } catch (error) {
    place[Symbol.dispose]();
    throw error;
  }
}

const pagesAtOnce = 200;

/** Copies the open project page by page to a path that is free, so that nothing waits for it. */
export async function copyOpenFile(
  { file }: ProjectSession,
  path: string,
  signal?: AbortSignal,
): Promise<void> {
  // SQLite writes into an empty file, and so makes none where a link leads.
  await (await openSideFile(path)).close();
  await file.db.backup(path, {
    progress: () => {
      signal?.throwIfAborted();
      return pagesAtOnce;
    },
  });
}
