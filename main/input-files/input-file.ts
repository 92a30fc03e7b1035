import { closeSync, constants, fstatSync, openSync, readSync, statSync, type Stats } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { win32 } from 'node:path';

/** A path of a person leads to no file that can be read, or to more than there is room for. */
export class InputFileError extends Error {
  readonly code: 'FILE_NOT_FOUND' | 'FILE_UNREADABLE';
  readonly data: { path: string };
  constructor(code: InputFileError['code'], path: string, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'InputFileError';
    this.code = code;
    this.data = { path };
  }
}

/** A regular file that is open for reading, and how long it was when it was opened. */
export interface InputFile extends AsyncDisposable {
  readonly handle: FileHandle;
  readonly stats: Stats;
}

// A pipe opens without a writer, a terminal does not become ours; both are then refused.
const readOnly = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);

/**
 * Opens a path that a person or a file names: a regular file, or InputFileError. What was opened is
 * asked, so that nobody can put a pipe or a device there meanwhile; the path is asked before, since
 * opening alone makes some devices act.
 */
export async function openInputFile(path: string): Promise<InputFile> {
  refuseDeviceName(path);
  try {
    requireRegular(await stat(path), path);
    const handle = await open(path, readOnly);
    try {
      const stats = await handle.stat();
      requireRegular(stats, path);
      return { handle, stats, [Symbol.asyncDispose]: () => handle.close() };
    } catch (error) {
      await handle.close();
      throw error;
    }
  } catch (error) {
    throw toInputFileError(error, path);
  }
}

/** The same as a descriptor, for what cannot wait; the caller closes it. */
export function openInputFileSync(path: string): { file: number; stats: Stats } {
  refuseDeviceName(path);
  try {
    requireRegular(statSync(path), path);
    const file = openSync(path, readOnly);
    try {
      const stats = fstatSync(file);
      requireRegular(stats, path);
      return { file, stats };
    } catch (error) {
      closeSync(file);
      throw error;
    }
  } catch (error) {
    throw toInputFileError(error, path);
  }
}

/** A whole small file; one that is longer than `maxBytes` is refused, also when it grew meanwhile. */
export async function readInputFile(path: string, maxBytes: number): Promise<Buffer> {
  await using file = await openInputFile(path);
  refuseLong(file.stats.size, path, maxBytes);
  try {
    const bytes = Buffer.alloc(file.stats.size);
    let filled = 0;
    for (;;) {
      const { bytesRead } = await file.handle.read(bytes, filled);
      filled += bytesRead;
      if (bytesRead === 0 || filled === bytes.length) return bytes.subarray(0, filled);
    }
  } catch (error) {
    throw toInputFileError(error, path);
  }
}

/** The same for what cannot wait. */
export function readInputFileSync(path: string, maxBytes: number): Buffer {
  const { file, stats } = openInputFileSync(path);
  try {
    refuseLong(stats.size, path, maxBytes);
    const bytes = Buffer.alloc(stats.size);
    let filled = 0;
    for (;;) {
      const bytesRead = readSync(file, bytes, filled, bytes.length - filled, null);
      filled += bytesRead;
      if (bytesRead === 0 || filled === bytes.length) return bytes.subarray(0, filled);
    }
  } catch (error) {
    throw toInputFileError(error, path);
  } finally {
    closeSync(file);
  }
}

/** Throws InputFileError when a path to write to stands for anything but a regular file or nothing. */
export function requireOutputFile(path: string): void {
  refuseDeviceName(path);
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found) requireRegular(found, path);
  } catch (error) {
    throw toInputFileError(error, path);
  }
}

/**
 * Whether Windows takes the last part of a path for a device, whatever folder and ending it has:
 * `NUL`, `com1.txt`, `COM¹`, `CON `, and everything in its namespace of devices (`\\.\`).
 */
export function isWindowsDevice(path: string): boolean {
  if (/^[\\/]{2}[.?][\\/]/.test(path)) return !/^[\\/]{2}\?[\\/][a-z]:[\\/]/i.test(path);
  const name = win32
    .basename(path)
    .replace(/[.:].*$/s, '')
    .trimEnd();
  return /^(con|prn|aux|nul|conin\$|conout\$|clock\$|(com|lpt)[0-9¹²³])$/i.test(name);
}

function refuseDeviceName(path: string): void {
  if (process.platform !== 'win32' || !isWindowsDevice(path)) return;
  throw refusal(path, 'a device of Windows');
}

function requireRegular(stats: Stats, path: string): void {
  if (!stats.isFile()) throw refusal(path, kindOf(stats));
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return 'a folder';
  if (stats.isFIFO()) return 'a pipe';
  return stats.isSocket() ? 'a socket' : 'a device';
}

function refusal(path: string, kind: string): InputFileError {
  const advice =
    kind === 'a pipe'
      ? 'Save what it delivers as a file, and give that file.'
      : 'Give the path of a regular file.';
  return new InputFileError(
    'FILE_UNREADABLE',
    path,
    `${path} is ${kind}, not a regular file. ${advice}`,
  );
}

function refuseLong(sizeBytes: number, path: string, maxBytes: number): void {
  if (sizeBytes <= maxBytes) return;
  throw new InputFileError(
    'FILE_UNREADABLE',
    path,
    `${path} has ${sizeBytes} bytes; a file of this kind has at most ${maxBytes}. Is it the right one?`,
  );
}

function toInputFileError(error: unknown, path: string): InputFileError {
  if (error instanceof InputFileError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return new InputFileError('FILE_NOT_FOUND', path, `There is no file ${path}`, error);
  if (code === 'ENXIO') return refusal(path, 'a socket');
  return new InputFileError(
    'FILE_UNREADABLE',
    path,
    `${path} cannot be read (${code}). Check the path, the permissions and the disk.`,
    error,
  );
}
