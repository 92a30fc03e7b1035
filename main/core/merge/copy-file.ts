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

/**
 * Copies a regular file to a new one, hashing what passes, and syncs it. Throws FILE_UNREADABLE for
 * anything but a regular file; what was made is removed when it throws or is aborted.
 */
export async function copyFile(
  from: string,
  to: string,
  { signal, onBytes }: { signal: AbortSignal; onBytes: (bytes: number) => void },
): Promise<CopiedFile> {
  const source = await open(from, readOnly);
  try {
    if (!(await source.stat()).isFile())
      throw new AppError('FILE_UNREADABLE', `${from} is no regular file`, { path: from });
    const target = await openSideFile(to);
    try {
      return await copyPieces(source, target, { signal, onBytes });
    } catch (error) {
      rmSync(to, { force: true });
      throw error;
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

async function copyPieces(
  source: FileHandle,
  target: FileHandle,
  { signal, onBytes }: { signal: AbortSignal; onBytes: (bytes: number) => void },
): Promise<CopiedFile> {
  const hash = createHash('sha256');
  const piece = Buffer.alloc(pieceBytes);
  let sizeBytes = 0;
  for (;;) {
    signal.throwIfAborted();
    const { bytesRead } = await source.read(piece, 0, pieceBytes);
    if (bytesRead === 0) break;
    hash.update(piece.subarray(0, bytesRead));
    await target.writeFile(piece.subarray(0, bytesRead));
    sizeBytes += bytesRead;
    onBytes(bytesRead);
  }
  await target.sync();
  return { sha256: hash.digest('hex'), sizeBytes };
}
