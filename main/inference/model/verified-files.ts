import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { modelPartPaths } from '../../../shared/domain/model/model-parts.ts';
import { type InputFile, openInputFile } from '../../input-files/input-file.ts';
import { InferenceError } from '../../engines/protocol/errors.ts';

/**
 * Which file an answer's identity speaks of: the content hash, and a stamp that changes with it. Of a
 * split model both are of all parts, one after the other.
 */
export interface VerifiedFile {
  path: string;
  sha256: string;
  /** Size, modification time and inode when the file was hashed. */
  stamp: string;
}

/** Hashes files and remembers the result as long as size, modification time and inode stay. */
export class VerifiedFiles {
  readonly #known = new Map<string, VerifiedFile>();

  /** Throws MODEL_CHANGED when the content is not the expected one, MODEL_NOT_THERE when there is none. */
  async verify(path: string, expectedSha256: string, signal: AbortSignal): Promise<VerifiedFile> {
    const file = await this.#identify(path, signal);
    if (file.sha256 === expectedSha256) return file;
    throw new InferenceError(
      'MODEL_CHANGED',
      `${path} is not the file it was: its SHA-256 is ${file.sha256}, expected ${expectedSha256}. ` +
        'Add the file again as a new model, or put the original back.',
      { path, sha256: file.sha256, expectedSha256 },
    );
  }

  /** Throws MODEL_CHANGED when the file was replaced since it was verified, for example while it loaded. */
  async requireUnchanged(file: VerifiedFile): Promise<void> {
    if ((await stampOf(file.path)) === file.stamp) return;
    const { path } = file;
    throw new InferenceError('MODEL_CHANGED', `${path} was changed while it was loaded.`, { path });
  }

  async #identify(path: string, signal: AbortSignal): Promise<VerifiedFile> {
    const stamp = await stampOf(path);
    const known = this.#known.get(path);
    if (known?.stamp === stamp) return known;
    const hash = createHash('sha256');
    for (const part of modelPartPaths(path)) {
      await using opened = await openModelFile(part);
      const stream = opened.handle.createReadStream({ highWaterMark: 1 << 20 });
      await pipeline(stream, hash, { signal, end: false });
    }
    const file = { path, sha256: hash.digest('hex'), stamp };
    await this.requireUnchanged(file);
    this.#known.set(path, file);
    return file;
  }
}

async function openModelFile(path: string): Promise<InputFile> {
  try {
    return await openInputFile(path);
  } catch (error) {
    throw unreadable(path, error);
  }
}

async function stampOf(path: string): Promise<string> {
  const stamps = [];
  for (const part of modelPartPaths(path)) stamps.push(await stampOfFile(part));
  return stamps.join(' ');
}

async function stampOfFile(path: string): Promise<string> {
  try {
    const { size, mtimeNs, ino } = await stat(path, { bigint: true });
    return `${size}-${mtimeNs}-${ino}`;
  } catch (error) {
    throw unreadable(path, error);
  }
}

function unreadable(path: string, error: unknown): InferenceError {
  const reason = error instanceof Error ? error.message : String(error);
  return new InferenceError(
    'MODEL_NOT_THERE',
    `Cannot read ${path}: ${reason}. Was it moved or deleted?`,
    { path },
  );
}
