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
  if (code.startsWith('SQLITE_FULL') || code === 'ENOSPC')
    return new StoreError('DISK_FULL', `There is no space left to open ${path}`, { path });
  // SQLite quotes what the file says, which may be of any length and hold what a terminal obeys.
  const message = previewLine(error instanceof Error ? error.message : String(error), 200);
  return new StoreError(
    'PROJECT_INVALID',
    `${path} cannot be opened: ${message}. It was not changed.`,
    { path, code },
  );
}
