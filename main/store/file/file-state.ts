import { statSync, type BigIntStats } from 'node:fs';

/** Which file stands under a name, and which content of it. Numbers are texts, to be written down. */
export interface FileState {
  /** Device and inode. */
  id: string;
  sizeBytes: number;
  /** Nanoseconds since 1970. */
  modified: string;
}

/** What stands under a name now, or `null`; follows links, opens nothing. */
export function fileState(path: string): FileState | null {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found ? toState(found) : null;
}

const toState = ({ dev, ino, size, mtimeNs }: BigIntStats): FileState => ({
  id: `${dev}:${ino}`,
  sizeBytes: Number(size),
  modified: String(mtimeNs),
});

/**
 * Changes whenever one of a project's files (itself, its log, its journal) is written or replaced,
 * and when the file itself is renamed away and back, which only the time of that tells. SQLite
 * sets that time of a log which it reads for an administrator. A file that is empty counts as none,
 * since whoever only reads may make it.
 */
export function stampOf(realPath: string, suffixes = ['', '-wal', '-journal']): string {
  const found = statSync(realPath, { bigint: true, throwIfNoEntry: false });
  const states = suffixes.map((suffix) => fileState(realPath + suffix));
  return JSON.stringify([
    String(found?.ctimeNs),
    ...states.map((state) => (state?.sizeBytes === 0 ? null : state)),
  ]);
}

/** True when nobody wrote to it in between. */
export function hasSameContent(before: FileState | null, now: FileState | null): boolean {
  return before?.sizeBytes === now?.sizeBytes && before?.modified === now?.modified;
}
