import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { z } from 'zod';
import { createSideFile } from '../../side-files/side-file.ts';
import { errorCode } from '../store-error.ts';

const stateSchema = z.object({ id: z.string(), sizeBytes: z.number(), modified: z.string() });

const seenSchema = z.object({
  file: stateSchema,
  log: stateSchema.nullable(),
  /** The log is being folded into the file: what follows about sizes and times may not hold. */
  isFolding: z.boolean(),
});

/** The file and its log after the last commit. */
export type SeenFiles = z.infer<typeof seenSchema>;

const lockHolderSchema = z.object({
  host: z.string(),
  pid: z.number(),
  sinceMs: z.number(),
  seen: seenSchema.optional(),
});

/** Who holds a project: shown to a second opener. SQLite's own lock is what keeps it out. */
export type LockHolder = z.infer<typeof lockHolderSchema>;

const noteBytes = 640;

const lockPath = (projectPath: string) => `${projectPath}.lock`;

/** This process's note that it holds the project, and how it last saw the files. */
export class LockNote {
  readonly #path: string;
  readonly #file: number;
  readonly #holder = { host: hostname(), pid: process.pid, sinceMs: Date.now() };
  #isOpen = true;

  constructor(projectPath: string) {
    this.#path = lockPath(projectPath);
    this.#file = createSideFile(this.#path, 0o600);
  }

  /**
   * Writes down what stands on the disk. Without waiting for the disk, since it is read after a
   * kill; `isDurable` where a loss of power in the next moment would make it say something wrong.
   */
  write(seen: SeenFiles, isDurable = false): void {
    // Of one length, so that a note is never cut short by a kill between two writes.
    const text = JSON.stringify({ ...this.#holder, seen }).padEnd(noteBytes);
    try {
      writeSync(this.#file, text, 0);
      if (isDurable) fsyncSync(this.#file);
    } catch {
      // It only helps a message: a full disk must not make a stored change look refused.
    }
  }

  /** Removes it, unless somebody put another in its place. */
  remove(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    closeSync(this.#file);
    if (readLockHolder(this.#path.slice(0, -'.lock'.length))?.pid === process.pid)
      rmSync(this.#path, { force: true });
  }
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

/** True when the note names another process of this machine that is running: it may hold the lock. */
export function isHolderRunning(projectPath: string): boolean {
  const holder = readLockHolder(projectPath);
  if (!holder || holder.host !== hostname() || holder.pid === process.pid) return false;
  try {
    return process.kill(holder.pid, 0);
  } catch (error) {
    // It runs, as somebody else.
    return errorCode(error) === 'EPERM';
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
