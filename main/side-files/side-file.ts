import {
  closeSync,
  constants,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { basename, join } from 'node:path';

/** Something that this program did not make has the name of a file or folder it has to make. */
export class SideFileError extends Error {
  readonly code = 'FILE_EXISTS';
  readonly data: { path: string };
  constructor(path: string, message: string) {
    super(message);
    this.data = { path };
  }
}

// O_EXCL refuses a link already; O_NOFOLLOW says it again. Windows has neither links here nor it.
const noFollow = constants.O_NOFOLLOW ?? 0;
const exclusive = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | noFollow;
const append = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | noFollow;

type Kind = 'file' | 'folder';

/** What a name stands for when it is not what belongs there; `undefined` also when it is free. */
function strangerAt(path: string, kind: Kind): string | undefined {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (!found || (kind === 'file' ? found.isFile() : found.isDirectory())) return undefined;
  if (found.isSymbolicLink()) return 'a symbolic link';
  if (found.isDirectory()) return 'a folder';
  return found.isFile() ? 'a file' : 'a pipe, socket or device';
}

/** Throws SideFileError unless the name is free or stands for a regular file; follows no link. */
export function requireSideFile(path: string): void {
  require(path, 'file');
}

/**
 * The same for a file that a library writes to in place, where a second name of a stranger's file
 * (a hard link) would be written through as well.
 */
export function requireOwnFile(path: string): void {
  require(path, 'file');
  if ((lstatSync(path, { throwIfNoEntry: false })?.nlink ?? 1) > 1)
    throw new SideFileError(
      path,
      `${path} is a hard link: writing to it would change another file. Replace it by a copy of ` +
        'itself, then try again. It was not touched.',
    );
}

/** Throws SideFileError unless the name is free or stands for a folder; follows no link. */
export function requireSideFolder(path: string): void {
  require(path, 'folder');
}

function require(path: string, kind: Kind): void {
  const stranger = strangerAt(path, kind);
  if (stranger !== undefined)
    throw new SideFileError(
      path,
      `${path} is ${stranger}, where this program keeps a ${kind} of its own. Move it away, then ` +
        'try again. It was not touched, nor what it leads to.',
    );
}

/** Throws SideFileError when a folder holds a link or anything but files and folders, at any depth. */
export function requirePlainContents(folder: string): void {
  requireSideFolder(folder);
  if (!lstatSync(folder, { throwIfNoEntry: false })) return;
  for (const entry of readdirSync(folder, { withFileTypes: true }))
    if (entry.isDirectory()) requirePlainContents(join(folder, entry.name));
    else requireSideFile(join(folder, entry.name));
}

/** Makes folders one inside the other below `base`, none of them through a link. */
export function makeSideFolder(base: string, ...names: string[]): string {
  let folder = base;
  makeFolder(folder);
  for (const name of names) {
    if (name !== basename(name) || ['', '.', '..'].includes(name))
      throw new SideFileError(base, `“${name}” is no name for a folder in ${base}.`);
    folder = join(folder, name);
    makeFolder(folder);
  }
  return folder;
}

function makeFolder(path: string): void {
  requireSideFolder(path);
  mkdirSync(path, { recursive: true });
}

/** Clears what a crash left under the name, so that it can be made anew. */
function clearLeftover(path: string): void {
  requireSideFile(path);
  rmSync(path, { force: true });
}

/** Makes an empty file for writing, in place of a leftover of the same name. */
export function createSideFile(path: string, mode = 0o666): number {
  clearLeftover(path);
  return openSync(path, exclusive, mode);
}

/** Like `createSideFile`, as a handle for writing piece by piece. */
export async function openSideFile(path: string): Promise<FileHandle> {
  clearLeftover(path);
  return await open(path, exclusive);
}

/** Writes a small file whole, in place of a leftover of the same name. */
export function writeSideFile(path: string, content: string | Uint8Array, mode?: number): void {
  const file = createSideFile(path, mode);
  try {
    writeFileSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/**
 * Replaces a file, or makes it, by a rename: a reader sees the old one or the new one. A link of
 * that name is replaced itself.
 */
export function replaceFile(path: string, content: string | Uint8Array, mode?: number): void {
  const temporary = `${path}.${process.pid}.part`;
  writeSideFile(temporary, content, mode);
  try {
    renameSync(temporary, path);
  } catch (error) {
    unlinkSync(temporary);
    throw error;
  }
}

/** Adds to the end of a file, or makes it; never through a link. */
export function appendSideFile(path: string, text: string, mode?: number): void {
  const file = openSync(path, append, mode);
  try {
    writeFileSync(file, text);
  } finally {
    closeSync(file);
  }
}
