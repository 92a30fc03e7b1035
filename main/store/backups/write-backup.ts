import { formatBytes } from '../../../shared/text/numbers.ts';
import { closeSync, renameSync, rmSync } from 'node:fs';
import { open, statfs, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { mostBackupShare, type BackupReason } from '../../../shared/domain/project/backup.ts';
import { createSideFile } from '../../side-files/side-file.ts';
import { syncFile, syncFolder } from '../../side-files/sync-folder.ts';
import type { Database } from '../database.ts';
import { StoreError } from '../store-error.ts';
import { nextBackupPath, removeOldBackups } from './backup-list.ts';

/** What is needed to make a backup of an open project. */
export interface BackupRequest {
  db: Database;
  folder: string;
  reason: BackupReason;
  signal?: AbortSignal;
  /** Reads all of the copy and throws when it is not whole; a large one in another process. */
  verify: (path: string) => Promise<void> | void;
  onPages?: (done: number, total: number) => void;
}

/**
 * Copies an open project page by page, between other work of this thread, and returns the path of
 * the backup. Writes of the same connection that come in between are in the copy. It has its name
 * only once it is on disk and verified, and only then older ones are deleted.
 */
export async function writeBackup(request: BackupRequest): Promise<string> {
  const { db, folder, reason, verify } = request;
  const path = nextBackupPath(folder, reason);
  await refuseWithoutSpace(folder, projectBytes(db));
  const part = `${path}.part`;
  try {
    closeSync(createSideFile(part));
    await copyPages(request, part);
    await verify(part);
    await syncFile(part);
    renameSync(part, path);
    await syncFolder(folder);
    // The folder itself may be new.
    await syncFolder(dirname(folder));
  } catch (error) {
    for (const suffix of ['', '-journal', '-wal', '-shm']) rmSync(part + suffix, { force: true });
    throw error;
  }
  removeOldBackups(folder, await freeBytes(folder));
  return path;
}

const freeBytes = async (folder: string) => {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
};

/** Throws DISK_FULL where one more backup of this size would take more than its share. */
export async function refuseWithoutSpace(folder: string, sizeBytes: number): Promise<void> {
  const free = await freeBytes(folder);
  if (sizeBytes <= mostBackupShare * free) return;
  throw new StoreError(
    'DISK_FULL',
    `There is no backup: it would take ${formatBytes(sizeBytes)} of the ${formatBytes(free)} that are ` +
      `free on the disk of ${dirname(folder)}, and backups take at most a quarter of that. Free ` +
      'some space, or choose another folder for backups.',
    { path: folder },
  );
}

function projectBytes(db: Database): number {
  const number = (name: string) => Number(db.pragma(name, { simple: true }));
  return number('page_count') * number('page_size');
}

const pagesAtOnce = 200;
// What is copied goes to the disk meanwhile: the last step waits for all that did not yet.
const syncEveryPages = 2000;

/** Copies what a connection holds into an empty file, between other work of this thread. */
export async function copyPages(
  { db, signal, onPages }: Pick<BackupRequest, 'db' | 'signal' | 'onPages'>,
  part: string,
): Promise<void> {
  const handle = await open(part, 'r+');
  try {
    const sync = syncAhead(handle);
    await db.backup(part, {
      progress: ({ totalPages, remainingPages }) => {
        signal?.throwIfAborted();
        onPages?.(totalPages - remainingPages, totalPages);
        return sync(pagesAtOnce);
      },
    });
  } finally {
    await handle.close();
  }
}

/** Tells how many pages to copy next: none while the disk is far behind. */
function syncAhead(handle: FileHandle): (pages: number) => number {
  let unsynced = 0;
  let isSyncing = false;
  return (pages) => {
    if (unsynced >= syncEveryPages && !isSyncing) {
      isSyncing = true;
      unsynced = 0;
      void endOfSync(handle).then(() => (isSyncing = false));
    }
    if (isSyncing && unsynced >= 2 * syncEveryPages) return 0;
    unsynced += pages;
    return pages;
  };
}

async function endOfSync(handle: FileHandle): Promise<void> {
  try {
    await handle.datasync();
  } catch {
    // A disk that cannot sync fails the last step as well, and that one throws.
  }
}
