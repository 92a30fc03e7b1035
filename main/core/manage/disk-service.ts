import { join } from 'node:path';
import type { DiskPart, DiskUsage } from '../../../shared/domain/deletion.ts';
import { canResumeJob, isJobFinished } from '../../../shared/domain/job.ts';
import { backupFolder, listBackups } from '../../store/backups/backup-list.ts';
import { listCheckpoints } from '../../store/repositories/checkpoints.ts';
import { listRuns } from '../../store/repositories/runs.ts';
import { artifactPath, removeArtifact } from '../files/artifacts.ts';
import { filesIn, namesIn, treeSize } from '../files/tree-size.ts';
import type { CoreState } from '../project/core-state.ts';
import type { ProjectSession } from '../project/project-session.ts';

const isOfResume = (path: string) => /[\\/]resume-\d+[\\/]/.test(path);

/** What the open project takes on the disk, and what of it belongs to nothing. */
export async function diskUsage(
  state: CoreState,
  session: ProjectSession,
  signal?: AbortSignal,
): Promise<DiskUsage> {
  const { file } = session;
  await state.paths.reach(backupFolder(file.path, state.settings.backupFolder), { signal });
  const leftovers = findLeftovers(session);
  const isLeft = (path: string) =>
    leftovers.some((each) => path === each.path || path.startsWith(join(each.path, '/')));
  const runs = listRuns(file.db).map(({ id, name, jobId }) => {
    const files = filesIn(join(file.artifactsDir, 'runs', id)).filter(({ path }) => !isLeft(path));
    const bytesOf = (isResume: boolean) =>
      files.reduce((sum, { path, bytes }) => sum + (isOfResume(path) === isResume ? bytes : 0), 0);
    const canResume = canResumeJob(session.jobs.get(jobId));
    return { runId: id, name, adapterBytes: bytesOf(false), resumeBytes: bytesOf(true), canResume };
  });
  const parts = [
    ...partsOfFile(state, session),
    ...partsOfRuns(session, runs),
    part('leftovers', file.artifactsDir, leftovers),
  ].filter(({ bytes }) => bytes > 0);
  return {
    parts,
    runs: runs
      .filter(({ adapterBytes, resumeBytes }) => adapterBytes + resumeBytes > 0)
      .toSorted((a, b) => b.adapterBytes + b.resumeBytes - a.adapterBytes - a.resumeBytes),
    leftovers,
    totalBytes: parts.reduce((sum, { bytes }) => sum + bytes, 0),
    freeableBytes: leftovers.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

const part = (name: DiskPart, path: string, files: readonly { bytes: number }[]) => ({
  part: name,
  path,
  files: files.length,
  bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
});

function partsOfFile(state: CoreState, { file }: ProjectSession) {
  const own = [file.path, `${file.path}-wal`, `${file.path}-journal`].flatMap((path) =>
    filesIn(path),
  );
  const folder = backupFolder(file.path, state.settings.backupFolder);
  const backups = listBackups(folder, file.path).map(({ sizeBytes }) => ({ bytes: sizeBytes }));
  const logs = [state.log.path, `${state.log.path}.1`].flatMap((path) => filesIn(path));
  return [
    part('project', file.path, own),
    part('backups', folder, backups),
    part('log', state.log.path, logs),
  ];
}

const taking = (bytes: number[]) =>
  bytes.filter((each) => each > 0).map((each) => ({ bytes: each }));

function partsOfRuns(
  { file }: ProjectSession,
  runs: readonly { adapterBytes: number; resumeBytes: number }[],
) {
  const folder = join(file.artifactsDir, 'runs');
  return [
    part('adapters', folder, taking(runs.map(({ adapterBytes }) => adapterBytes))),
    part('resume', folder, taking(runs.map(({ resumeBytes }) => resumeBytes))),
  ];
}

/** A file or a folder that nothing in the project refers to. */
interface Leftover {
  path: string;
  bytes: number;
  why: string;
}

/** Only what the trainer names: whatever else a person put there is theirs. */
function findLeftovers(session: ProjectSession): Leftover[] {
  const { artifactsDir, db } = session.file;
  const folder = join(artifactsDir, 'runs');
  const runs = new Map(listRuns(db).map((run) => [run.id, run]));
  return namesIn(folder)
    .filter((name) => /^[\w-]{1,64}$/.test(name))
    .flatMap((name): Leftover[] => {
      const path = join(folder, name);
      const run = runs.get(name);
      if (!run) {
        const why = 'of a run that was deleted, or that only a backup of the project knows';
        return [{ path, bytes: treeSize(path), why }];
      }
      const isActive = !isJobFinished(session.jobs.get(run.jobId).state);
      return isActive ? [] : leftoversOf(session, run.id, path);
    })
    .filter(({ bytes }) => bytes > 0);
}

function leftoversOf({ file }: ProjectSession, runId: string, folder: string): Leftover[] {
  const checkpoints = listCheckpoints(file.db, runId);
  const kept = checkpoints.filter(({ isDeleted }) => !isDeleted);
  const isDeleted = (name: string) =>
    checkpoints.some((each) => each.isDeleted && each.file.startsWith(`runs/${runId}/${name}/`)) &&
    !kept.some((each) => each.file.startsWith(`runs/${runId}/${name}/`));
  return namesIn(folder).flatMap((name) => {
    const path = join(folder, name);
    const bytes = treeSize(path);
    if (/\.(partial|damaged)$/.test(name))
      return [{ path, bytes, why: 'what a program that was ended had not finished' }];
    if (name.startsWith('epoch-') && isDeleted(name))
      return [{ path, bytes, why: 'of a checkpoint that was deleted' }];
    return [];
  });
}

/** Removes what belongs to nothing any more; returns what the disk gets back. */
export async function removeLeftovers(session: ProjectSession): Promise<{ freedBytes: number }> {
  let freedBytes = 0;
  for (const { path, bytes } of findLeftovers(session)) {
    const names = path.slice(session.file.artifactsDir.length + 1).split(/[\\/]/);
    await removeArtifact(artifactPath(session.file, ...names));
    freedBytes += bytes;
  }
  session.changes.touch('labels');
  return { freedBytes };
}
