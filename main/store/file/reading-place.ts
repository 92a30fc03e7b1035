import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdtempSync,
  rmSync,
  statfsSync,
  statSync,
} from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { migrations } from '../migrations/registry.ts';
import { StoreError, errorCode } from '../store-error.ts';
import { stampOf } from './file-state.ts';
import { readJournalMode, readProjectHeader } from './project-header.ts';
import { realPath } from './project-side-files.ts';
import { hasForeignLog } from './unclosed-project.ts';

/**
 * Where SQLite reads a project without leaving anything in its file or beside it: the file itself,
 * or a private copy of it where reading would have to write.
 */
export interface ReadingPlace extends Disposable {
  readonly path: string;
  readonly isCopy: boolean;
}

/**
 * True for two names of one file: this process must not open and close one that SQLite has open
 * under the other, which would give up its locks.
 */
export function isSameFile(open: string, wanted: string): boolean {
  const [a, b] = [open, wanted].map((path) => statSync(path, { throwIfNoEntry: false }));
  return open === wanted || (a !== undefined && a.ino === b?.ino && a.dev === b.dev);
}

/** True when SQLite cannot read the file as it lies there without making files beside it. */
export function needsCopy(path: string): boolean {
  const real = realPath(path);
  const hasContent = (suffix: string) =>
    (statSync(real + suffix, { throwIfNoEntry: false })?.size ?? 0) > 0;
  return (
    readJournalMode(path) === 'log' ||
    hasContent('-wal') ||
    hasContent('-journal') ||
    readProjectHeader(path) < migrations.length
  );
}

/** The project itself as the place to read it. */
export const inPlace = (path: string): ReadingPlace => ({
  path,
  isCopy: false,
  [Symbol.dispose]: () => undefined,
});

/**
 * A private copy with the log that lies beside the file, to be recovered and brought forward there.
 * Throws DISK_FULL where there is no room for it, PROJECT_LOCKED when somebody writes meanwhile.
 */
export async function copyToRead(path: string): Promise<ReadingPlace> {
  // SQLite keeps its journals beside the file that a link leads to.
  const real = realPath(path);
  const parts = ['', ...(hasForeignLog(path) ? [] : ['-wal']), '-journal'].filter((suffix) =>
    existsSync(real + suffix),
  );
  const folder = mkdtempSync(join(scratchFolder(real, parts), 'lima-read-'));
  const dispose = () => rmSync(folder, { recursive: true, force: true });
  const copy = join(folder, 'project.lima');
  try {
    const before = stampOf(real, parts);
    for (const suffix of parts) await copyPart(real + suffix, copy + suffix);
    if (stampOf(real, parts) !== before)
      throw new StoreError(
        'PROJECT_LOCKED',
        `${path} is being written by another process. Close it there first.`,
        { path },
      );
  } catch (error) {
    dispose();
    if (errorCode(error) === 'ENOSPC') throw noRoom(path);
    throw error;
  }
  return { path: copy, isCopy: true, [Symbol.dispose]: dispose };
}

async function copyPart(from: string, to: string): Promise<void> {
  await copyFile(from, to, constants.COPYFILE_FICLONE);
  // It takes the mode along, which may be that of a file nobody writes.
  chmodSync(to, 0o600);
}

const noRoom = (path: string) =>
  new StoreError(
    'DISK_FULL',
    `There is no room for the copy in which ${path} has to be read: free some space.`,
    { path },
  );

/** The temporary folder, or memory where the disk of that has no room. */
function scratchFolder(path: string, parts: readonly string[]): string {
  const neededBytes = parts.reduce((sum, suffix) => sum + statSync(path + suffix).size, 0);
  const folder = [tmpdir(), '/dev/shm'].find((candidate) => {
    if (!existsSync(candidate)) return false;
    const { bavail, bsize } = statfsSync(candidate);
    return bavail * bsize > 2 * neededBytes;
  });
  if (folder === undefined) throw noRoom(path);
  return folder;
}

/**
 * True when the file or a folder in which something is made beside it cannot be written. A file
 * that is marked as read-only counts as such for an administrator, too.
 */
export function isUnwritable(path: string): boolean {
  const real = realPath(path);
  return [real, dirname(real), dirname(path)].some((place) => {
    try {
      accessSync(place, constants.W_OK);
    } catch {
      return true;
    }
    return (statSync(place).mode & anyoneWrites) === 0;
  });
}

const anyoneWrites = 0o222;

/** Below this not even a closed project could be opened for changes. */
const leastFreeBytes = 64 * 1024;

/** True when the disk of a project has no space left for this user. */
export function isDiskFull(path: string): boolean {
  const { bavail, bfree, bsize } = statfsSync(dirname(realPath(path)));
  const isAdministrator = process.getuid?.() === 0;
  return (isAdministrator ? bfree : bavail) * bsize < leastFreeBytes;
}
