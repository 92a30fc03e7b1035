import { closeSync, constants, fstatSync, openSync, readFileSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { z } from 'zod';
import { writeSideFile } from '../../side-files/side-file.ts';

const lockHolderSchema = z.object({ host: z.string(), pid: z.number(), sinceMs: z.number() });

/** Who holds a project: shown to a second opener. SQLite's own lock is what keeps it out. */
export type LockHolder = z.infer<typeof lockHolderSchema>;

const lockPath = (projectPath: string) => `${projectPath}.lock`;

/** Writes down that this process holds the project. */
export function writeLockHolder(projectPath: string): void {
  const holder: LockHolder = { host: hostname(), pid: process.pid, sinceMs: Date.now() };
  writeSideFile(lockPath(projectPath), JSON.stringify(holder), 0o600);
}

/** The last holder that was written down, if its note can be read. */
export function readLockHolder(projectPath: string): LockHolder | undefined {
  try {
    return lockHolderSchema.parse(JSON.parse(readNote(lockPath(projectPath))));
  } catch {
    // The note only helps a message: without it the message says "another process".
    return undefined;
  }
}

// A note that came with the file may be a pipe, a link or of any length.
const readOnly = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0);
const maxNoteBytes = 4096;

function readNote(path: string): string {
  const file = openSync(path, readOnly);
  try {
    const { size } = fstatSync(file);
    return size > maxNoteBytes ? '' : readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}

/** Removes this process's note. */
export function removeLockHolder(projectPath: string): void {
  rmSync(lockPath(projectPath), { force: true });
}
