import { previewLine } from '../../../shared/text/foreign-text.ts';
import { readLockHolder } from './project-lock.ts';
import { StoreError, errorCode } from '../store-error.ts';

/** What went wrong while opening a project, in words for a person. */
export function explainOpening(error: unknown, path: string): Error {
  const code = errorCode(error);
  if (error instanceof StoreError) return error;
  if (code.startsWith('SQLITE_BUSY')) {
    const holder = readLockHolder(path);
    const who = holder ? `process ${holder.pid} on ${holder.host}` : 'another process';
    return new StoreError(
      'PROJECT_LOCKED',
      `${path} is already open in ${who}. Close it there first.`,
      {
        path,
        host: holder?.host ?? null,
        pid: holder?.pid ?? null,
      },
    );
  }
  // Without space not even the shared memory file that SQLite reads a log with can be made.
  if (['SQLITE_FULL', 'SQLITE_IOERR_SHM', 'ENOSPC'].some((start) => code.startsWith(start)))
    return new StoreError('DISK_FULL', `There is no space left to open ${path}`, { path });
  // SQLite quotes what the file says, which may be of any length and hold what a terminal obeys.
  const message = previewLine(error instanceof Error ? error.message : String(error), 200);
  return new StoreError(
    'PROJECT_INVALID',
    `${path} cannot be opened: ${message}. It was not changed.`,
    { path, code },
  );
}

const unwritable = [
  'SQLITE_READONLY',
  'SQLITE_CANTOPEN',
  'SQLITE_PERM',
  'EROFS',
  'EACCES',
  'EPERM',
];

/** The same while opening for changes, where a file or folder that refuses them is no damage. */
export function explainOpeningToEdit(error: unknown, path: string): Error {
  const code = errorCode(error);
  if (!unwritable.some((start) => code.startsWith(start))) return explainOpening(error, path);
  return new StoreError(
    'PROJECT_READ_ONLY',
    `${path} cannot be opened for changes: its file or its folder cannot be written (${code}).`,
    { path, reason: 'not-writable' },
  );
}
