import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** Who holds a project: shown to a second opener. SQLite's own lock is what keeps it out. */
export interface LockHolder {
  host: string;
  pid: number;
  sinceMs: number;
}

const lockPath = (projectPath: string) => `${projectPath}.lock`;

/** Writes down that this process holds the project. */
export function writeLockHolder(projectPath: string): void {
  const holder: LockHolder = { host: hostname(), pid: process.pid, sinceMs: Date.now() };
  writeFileSync(lockPath(projectPath), JSON.stringify(holder), { mode: 0o600 });
}

/** The last holder that was written down, if its note can be read. */
export function readLockHolder(projectPath: string): LockHolder | undefined {
  try {
    return JSON.parse(readFileSync(lockPath(projectPath), 'utf8')) as LockHolder;
  } catch {
    // The note only helps a message: without it the message says "another process".
    return undefined;
  }
}

/** Removes this process's note. */
export function removeLockHolder(projectPath: string): void {
  rmSync(lockPath(projectPath), { force: true });
}
