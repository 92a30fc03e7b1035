import { existsSync, renameSync } from 'node:fs';
import { hostname, uptime } from 'node:os';
import { basename } from 'node:path';
import { fileState, hasSameContent } from './file-state.ts';
import { readLockHolder } from './project-lock.ts';
import { realPath } from './project-side-files.ts';

/** SQLite keeps its log beside the file that a link leads to. */
export const logPath = (path: string): string => `${realPath(path)}-wal`;

/**
 * What was done to a project between the end of a program that could not close it and now, in a
 * sentence for a person; `null` when the files are as that program left them. To be asked before
 * anything is opened.
 */
export function tellMissed(path: string, comparesContent: boolean): string | null {
  const what = sinceLastHolder(path, comparesContent);
  if (what === null) return null;
  return (
    `This project was not closed when it was last open, and since then ${what}. ` +
    'Its newest changes may be missing.'
  );
}

function sinceLastHolder(path: string, comparesContent: boolean): string | null {
  const holder = readLockHolder(path);
  if (!holder?.seen || holder.host !== hostname()) return null;
  const { seen, sinceMs } = holder;
  const file = fileState(path);
  if (file?.id !== seen.file.id) return `${basename(path)} was replaced or copied`;
  if (seen.isFolding) return null;
  // A loss of power may take back the time of the last change.
  const hasRestarted = sinceMs < Date.now() - uptime() * 1000;
  const isOther = comparesContent && !hasRestarted && !hasSameContent(seen.file, file);
  if (isOther) return `${basename(path)} was written to by another program`;
  return seen.log && whatBecameOf(logPath(path), seen.log);
}

function whatBecameOf(path: string, before: { id: string; sizeBytes: number }): string | null {
  const now = fileState(path);
  const log = `its log ${basename(path)}`;
  if (!now?.sizeBytes) return before.sizeBytes > 0 ? `${log} was deleted or emptied` : null;
  if (now.id !== before.id) return `${log} was replaced or copied`;
  return now.sizeBytes < before.sizeBytes ? `${log} was cut off` : null;
}

/**
 * Renames the log of a project whose file was replaced by another one: it belongs to the old file,
 * and SQLite would write its pages over the new one. Files that were copied together keep theirs.
 */
export function setForeignLogAside(path: string): void {
  if (hasForeignLog(path)) setAside(logPath(path));
}

/** True when the log beside a project belongs to another file that had its name before. */
export function hasForeignLog(path: string): boolean {
  const seen = readLockHolder(path)?.seen;
  const isOfOther = seen?.log && fileState(logPath(path))?.id === seen.log.id;
  const file = isOfOther ? fileState(path) : null;
  return seen !== undefined && file !== null && file.id !== seen.file.id;
}

/** Gives a file a name that nothing has yet. */
export function setAside(path: string): void {
  let name = `${path}.aside`;
  for (let number = 2; existsSync(name); number += 1) name = `${path}.aside-${number}`;
  renameSync(path, name);
}
