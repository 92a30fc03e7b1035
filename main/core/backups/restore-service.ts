import { existsSync } from 'node:fs';
import type { Ending } from '../../../shared/contract/app.ts';
import type { Restored } from '../../../shared/contract/backups.ts';
import type { ProjectDescription } from '../../engines/protocol/inspector.ts';
import { startInspector } from '../../engines/start-engines.ts';
import { projectToRead } from '../files/project-to-read.ts';
import { backupFolder, listBackups } from '../../store/backups/backup-list.ts';
import { keepDamagedProject, replaceProject } from '../../store/backups/replace-project.ts';
import { writeBackup } from '../../store/backups/write-backup.ts';
import {
  openProjectFile,
  openProjectForReading,
  type ProjectFile,
} from '../../store/file/open-project-file.ts';
import { stampOf } from '../../store/file/file-state.ts';
import { realPath } from '../../store/file/project-side-files.ts';
import { copyToRead, inPlace, needsCopy } from '../../store/file/reading-place.ts';
import { projectUuid } from '../../store/file/verify-project.ts';
import { AppError } from '../base/app-error.ts';
import { explainError } from '../base/explain-error.ts';
import type { CoreState } from '../project/core-state.ts';
import type { GuardedPath } from '../files/guarded-path.ts';
import { bringForwardBeside } from '../project/bring-forward.ts';
import { bringForward, inspect } from '../project/inspect-project.ts';
import { openInTurn } from '../project/open-project.ts';
import { closeSession, requireNothingOngoing } from '../project/project-service.ts';
import { backupsOf, verifyCopyAside } from './session-backups.ts';

// A schema of ours takes milliseconds, one that computes something may never end.
const schemaMs = 5000;

/**
 * Puts a backup in the place of a project, whether that opens or not, and opens it; the newest that
 * is whole unless one is named. Jobs are stopped first and the present file is kept as a backup,
 * so that restoring can be undone.
 */
export function restoreBackup(
  state: CoreState,
  request: Ending & { path: string; name?: string | undefined },
): Promise<Restored> {
  const target = state.paths.check(request.path);
  const folder = backupFolder(target, state.settings.backupFolder);
  return state.projectTurns.run(async () => {
    await state.paths.reach(folder);
    const { session } = state;
    // What is open for reading only is not replaced under the eyes of whoever reads it.
    if (session?.file.path === target) session.requireEditing();
    const source = await chooseBackup(state, { target, folder, name: request.name });
    requireNothingOngoing(state, request);
    if (session) await (session.file.path === target ? backupsOf(session)?.giveUp() : undefined);
    await closeSession(state, { stopJobs: true });
    try {
      const kept = await keepPresent(state, target, { folder, uuid: source.uuid });
      await replaceProject(target, source.path, async (part) => {
        await verify(part);
      });
      // Like any other: a backup that somebody put there is read, and not edited unasked.
      const project = await openInTurn(state, target);
      return { project, restored: source.path, kept };
    } catch (error) {
      if (session) await reopen(state, state.paths.check(session.file.path));
      throw error;
    }
  });
}

/** After a failure what was open is open again, as it was: for reading only where it was that. */
async function reopen(state: CoreState, path: GuardedPath): Promise<void> {
  try {
    await openInTurn(state, path);
  } catch (error) {
    // The window shows that no project is open; the person is told what failed first.
    state.log.write(`The project could not be opened again: ${String(error)}`);
  }
}

interface Source extends ProjectDescription {
  path: string;
}

async function chooseBackup(
  state: CoreState,
  { target, folder, name }: { target: string; folder: string; name: string | undefined },
): Promise<Source> {
  const files = listBackups(folder, target);
  if (name !== undefined) {
    const listed = files.find((file) => file.name === name)?.path;
    if (listed === undefined) await state.paths.reach(name);
    const path = listed ?? state.paths.check(name);
    if (path !== target && existsSync(path)) return { ...(await verify(path)), path };
    throw noBackup(`${target} has no backup “${name}”: look at the list of its backups`, name);
  }
  for (const { path, reason } of files) {
    if (reason === 'damaged') continue;
    try {
      return { ...(await verify(path)), path };
    } catch (error) {
      // The next older one may be whole.
      state.log.write(`${path} is not restored: ${String(error)}`);
    }
  }
  throw noBackup(`${target} has no backup that is whole, in ${folder} or beside it`, folder);
}

const noBackup = (message: string, id: string) =>
  new AppError('NOT_FOUND', message, { what: 'backup', id });

/** Reads all of a file that is to be opened, in a process that is killed when it takes too long. */
async function verify(path: string): Promise<ProjectDescription> {
  using given = projectToRead(path);
  await using reader = startInspector(given);
  await reader.engine;
  const options = { signal: AbortSignal.timeout(schemaMs), cancelGraceMs: 0 };
  await reader.request('inspectProject', { path }, options);
  return await reader.request('verifyProject', { path });
}

const unreadable: ReadonlySet<string> = new Set([
  'PROJECT_INVALID',
  'PROJECT_NEWER',
  'MIGRATION_CHANGED',
]);

/** Makes the present file a backup: as a project where it opens, byte by byte where it does not. */
async function keepPresent(
  state: CoreState,
  target: GuardedPath,
  { folder, uuid }: { folder: string; uuid: string },
): Promise<string | null> {
  if (!existsSync(target)) return null;
  try {
    // What this person never trusted is not opened for changes, and so not brought forward either.
    if (!state.known.has(uuid)) return await keepUntrusted(target, { folder, uuid });
    await inspect(target);
    const inspected = stampOf(realPath(target));
    await bringForwardBeside(state, { path: target, backups: folder, inspected });
    return await keepAsBackup(openProjectFile(target, folder), { folder, uuid });
  } catch (error) {
    if (!unreadable.has(explainError(error)?.code ?? '')) throw error;
    return await keepDamagedProject(target, folder);
  }
}

async function keepUntrusted(
  target: GuardedPath,
  backups: { folder: string; uuid: string },
): Promise<string> {
  const place = needsCopy(target) ? await copyToRead(target) : inPlace(target);
  let file;
  try {
    await inspect(target, place);
    if (place.isCopy) await bringForward(target, place);
    file = openProjectForReading(target, place);
  } catch (error) {
    place[Symbol.dispose]();
    throw error;
  }
  return await keepAsBackup(file, backups);
}

async function keepAsBackup(
  file: ProjectFile,
  { folder, uuid }: { folder: string; uuid: string },
): Promise<string> {
  const target = file.path;
  try {
    if (projectUuid(file.db) !== uuid)
      throw new AppError(
        'INVALID_INPUT',
        `That is a backup of another project than ${target}: open it as a project of its own.`,
        { path: target },
      );
    return await writeBackup({ db: file.db, folder, reason: 'restore', verify: verifyCopyAside });
  } finally {
    file.close();
  }
}
