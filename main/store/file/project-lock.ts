import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { z } from 'zod';

const lockHolderSchema = z.object({ host: z.string(), pid: z.number(), sinceMs: z.number() });

/** Who holds a project: shown to a second opener. SQLite's own lock is what keeps it out. */
export type LockHolder = z.infer<typeof lockHolderSchema>;

const lockPath = (projectPath: string) => `${projectPath}.lock`;

/** Writes down that this process holds the project. */
export function writeLockHolder(projectPath: string): void {
  const holder: LockHolder = { host: hostname(), pid: process.pid, sinceMs: Date.now() };
  writeFileSync(lockPath(projectPath), JSON.stringify(holder), { mode: 0o600 });
}

/** The last holder that was written down, if its note can be read. */
export function readLockHolder(projectPath: string): LockHolder | undefined {
  try {
    return lockHolderSchema.parse(JSON.parse(readFileSync(lockPath(projectPath), 'utf8')));
  } catch {
    // The note only helps a message: without it the message says "another process".
    return undefined;
  }
}

/** Removes this process's note. */
export function removeLockHolder(projectPath: string): void {
  rmSync(lockPath(projectPath), { force: true });
}
