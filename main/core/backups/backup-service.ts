import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { BackupList } from '../../../shared/contract/backups.ts';
import {
  backupsKept,
  mostBackupShare,
  type Backup,
  type ContentCounts,
} from '../../../shared/domain/project/backup.ts';
import { startInspector } from '../../engines/start-engines.ts';
import { toRead } from '../files/guarded-engines.ts';
import { projectToRead } from '../files/project-to-read.ts';
import { backupFolder, listBackups, type BackupFile } from '../../store/backups/backup-list.ts';
import { contentCounts } from '../../store/repositories/project/project-counts.ts';
import { AppError, found } from '../base/app-error.ts';
import { explainError } from '../base/explain-error.ts';
import { requireSession, type CoreState } from '../project/core-state.ts';
import type { ProjectSession } from '../project/project-session.ts';
import { backupsOf } from './session-backups.ts';

/** Reading what a backup holds takes milliseconds; of a hostile one it may never end. */
const describeMs = 5000;

/** The backups of a project, newest first, with what each holds; the open one's by default. */
export async function listProjectBackups(state: CoreState, path?: string): Promise<BackupList> {
  const target = state.paths.check(path ?? requireSession(state).file.path);
  const chosen = state.settings.backupFolder;
  const folder = backupFolder(target, chosen);
  await state.paths.reach(folder);
  const session = state.session?.file.path === target ? state.session : null;
  const files = listBackups(folder, target);
  return {
    path: target,
    folder,
    isFolderChosen: chosen !== null,
    backups: await describeAll(files),
    now: session ? contentCounts(session.file.db) : await countsOf(target),
    problem: session?.backupProblem ?? null,
    kept: { ...backupsKept, mostShare: mostBackupShare },
  };
}

/** Makes a backup of the open project now. */
export async function makeProjectBackup(session: ProjectSession): Promise<Backup> {
  const backups = backupsOf(session);
  if (!backups)
    throw new AppError('INVALID_STATE', 'The project is only read: there is nothing to back up');
  const path = await backups.make('asked');
  const file = listBackups(dirname(path), session.file.path).find((each) => each.path === path);
  using given = projectToRead(path);
  await using inspector = startInspector(given);
  return await describeBackup(inspector, found(file, 'backup', path));
}

/** Puts the backups of this person's projects into a folder, or with null beside each project. */
export async function setBackupFolder(
  { paths, settings }: CoreState,
  folder: string | null,
  signal?: AbortSignal,
): Promise<{ folder: string | null }> {
  if (folder !== null) await paths.reach(folder, { signal });
  const target = folder === null ? null : paths.check(folder);
  if (target !== null && !statSync(target, { throwIfNoEntry: false })?.isDirectory())
    throw new AppError('FILE_NOT_FOUND', `There is no folder ${target}: make it first`, {
      path: target,
    });
  settings.backupFolder = target;
  return { folder: target };
}

/** One after the other in one process; another is started after a file that ended it. */
async function describeAll(files: readonly BackupFile[]): Promise<Backup[]> {
  const reads = toRead(...files.map(({ path }) => path));
  let inspector = startInspector(reads);
  try {
    const backups: Backup[] = [];
    for (const file of files) {
      if (inspector.hasExited) inspector = startInspector(reads);
      backups.push(await describeBackup(inspector, file));
    }
    return backups;
  } finally {
    await inspector[Symbol.asyncDispose]();
  }
}

async function describeBackup(inspector: Inspector, file: BackupFile): Promise<Backup> {
  const { name, path, createdMs, reason, sizeBytes } = file;
  const shown = { name, path, createdMs, reason, sizeBytes };
  try {
    const { counts, schemaVersion } = await describe(inspector, path);
    return { ...shown, counts, schemaVersion, fault: null };
  } catch (error) {
    const fault = explainError(error)?.message ?? String(error);
    return { ...shown, counts: null, schemaVersion: null, fault };
  }
}

async function countsOf(path: string): Promise<ContentCounts | null> {
  if (!existsSync(path)) return null;
  using given = projectToRead(path);
  await using inspector = startInspector(given);
  try {
    return (await describe(inspector, path)).counts;
  } catch {
    // It cannot be opened: that is why somebody looks at its backups.
    return null;
  }
}

type Inspector = ReturnType<typeof startInspector>;

async function describe(inspector: Inspector, path: string) {
  await inspector.engine;
  const options = { signal: AbortSignal.timeout(describeMs), cancelGraceMs: 0 };
  return await inspector.request('describeProject', { path }, options);
}
