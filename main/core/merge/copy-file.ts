import { createHash } from 'node:crypto';
import { constants, rmSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { openSideFile } from '../../side-files/side-file.ts';
import { AppError } from '../base/app-error.ts';

const pieceBytes = 4 * 1024 * 1024;
// A link is refused, and nobody waits for who writes to a pipe.
const readOnly = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0);

/** What was copied. */
export interface CopiedFile {
  sha256: string;
  sizeBytes: number;
}

/** Who hears how far it is, and what ends it early. */
export interface CopyProgress {
  signal: AbortSignal;
  onBytes: (bytes: number) => void;
}

/**
 * Copies a regular file to a new one, hashing what passes, and syncs it. Throws FILE_UNREADABLE for
 * anything but a regular file; what was made is removed when it throws or is aborted.
 */
export async function copyFile(
  from: string,
  to: string,
  progress: CopyProgress,
): Promise<CopiedFile> {
  await using source = await openRegular(from);
  const target = await openSideFile(to);
  try {
    return await copyPieces(source, target, progress);
  } catch (error) {
    rmSync(to, { force: true });
    throw error;
  } finally {
    await target.close();
  }
}

/** The SHA-256 of a regular file; throws and ends as `copyFile` does. */
export async function hashOfFile(path: string, progress: CopyProgress): Promise<string> {
  await using source = await openRegular(path);
  return (await copyPieces(source, undefined, progress)).sha256;
}

async function openRegular(path: string): Promise<FileHandle> {
  const file = await open(path, readOnly);
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw new AppError('FILE_UNREADABLE', `${path} is no regular file`, { path });
}

async function copyPieces(
  source: FileHandle,
  target: FileHandle | undefined,
  { signal, onBytes }: CopyProgress,
): Promise<CopiedFile> {
  const hash = createHash('sha256');
  const piece = Buffer.alloc(pieceBytes);
  let sizeBytes = 0;
  for (;;) {
    signal.throwIfAborted();
    const { bytesRead } = await source.read(piece, 0, pieceBytes);
    if (bytesRead === 0) break;
    hash.update(piece.subarray(0, bytesRead));
    await target?.writeFile(piece.subarray(0, bytesRead));
    sizeBytes += bytesRead;
    onBytes(bytesRead);
  }
  await target?.sync();
  return { sha256: hash.digest('hex'), sizeBytes };
}
