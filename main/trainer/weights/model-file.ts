import { stat } from 'node:fs/promises';
import { modelPath } from '../../../shared/domain/model/model-parts.ts';
import { GgufError } from '../../gguf/header/gguf-error.ts';
import type { GgufFile } from '../../gguf/header/gguf-file.ts';
import { Untrainable } from '../../gguf/model/trainable.ts';
import { readGguf } from '../../gguf/read-gguf.ts';
import { type InputFile, openInputFile } from '../../input-files/input-file.ts';
import type { GgufTensor } from '../../gguf/header/read-tensors.ts';
import { TrainerError } from '../../engines/protocol/errors.ts';

const readChunkBytes = 8 * 1024 * 1024;

/**
 * A base model, in one file or split into several, opened for one pass over its tensors. Errors are
 * coded for a person to act on.
 */
export class ModelFile implements AsyncDisposable {
  /** That of the first part of a split model, whichever was named. */
  readonly path: string;
  readonly header: GgufFile;
  /** One for each of the header's parts. */
  readonly #files: InputFile[] = [];
  readonly #chunk = new Uint8Array(readChunkBytes);

  private constructor(header: GgufFile, path: string) {
    this.path = path;
    this.header = header;
  }

  /** Reads the header; throws MODEL_UNREADABLE or MODEL_TRUNCATED. */
  static async open(path: string): Promise<ModelFile> {
    try {
      const model = new ModelFile(await readGguf(path), modelPath(path));
      await model.#openParts();
      return model;
    } catch (error) {
      throw toModelError(path, error);
    }
  }

  /**
   * Streams the bytes of a tensor in chunks of whole multiples of `unitBytes`; a chunk is valid
   * until the next one. Throws MODEL_TRUNCATED when the file ends before the tensor does.
   */
  async *chunks(tensor: GgufTensor, unitBytes: number): AsyncGenerator<Uint8Array> {
    const chunkBytes = Math.max(1, Math.floor(readChunkBytes / unitBytes)) * unitBytes;
    const target = chunkBytes > this.#chunk.length ? new Uint8Array(chunkBytes) : this.#chunk;
    for (let done = 0; done < tensor.sizeBytes; done += chunkBytes) {
      const wanted = Math.min(chunkBytes, tensor.sizeBytes - done);
      const chunk = target.subarray(0, wanted);
      await this.#fill(chunk, tensor, done);
      yield chunk;
    }
  }

  /** Throws MODEL_CHANGED when a file was written to or replaced since it was opened. */
  async requireUnchanged(): Promise<void> {
    for (const [index, { path, sizeBytes }] of this.header.parts.entries()) {
      const now = await stat(path).catch((error: unknown) => {
        throw toModelError(path, error);
      });
      const opened = this.#files[index]?.stats;
      if (now.mtimeMs === opened?.mtimeMs && now.size === sizeBytes) continue;
      throw new TrainerError(
        'MODEL_CHANGED',
        `${path} was changed while it was read. Wait until it is complete and start again.`,
        { path },
      );
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { handle } of this.#files) await handle.close();
  }

  async #openParts(): Promise<void> {
    try {
      for (const { path } of this.header.parts) this.#files.push(await openInputFile(path));
    } catch (error) {
      await this[Symbol.asyncDispose]();
      throw error;
    }
  }

  async #fill(target: Uint8Array, { part, name, offsetBytes }: GgufTensor, from: number) {
    const file = this.#files[part];
    const path = this.header.parts[part]?.path ?? this.path;
    if (!file) throw new Error(`${name} lies in part ${part} of ${this.#files.length}`);
    for (let filled = 0; filled < target.length;) {
      const position = offsetBytes + from + filled;
      const options = { offset: filled, length: target.length - filled, position };
      const { bytesRead } = await file.handle.read(target, options).catch((error: unknown) => {
        throw toModelError(path, error);
      });
      if (bytesRead === 0) throw truncated(path, `it ends inside the tensor "${name}"`);
      filled += bytesRead;
    }
  }
}

const truncated = (path: string, problem: string) =>
  new TrainerError('MODEL_TRUNCATED', `${path} is incomplete: ${problem}. Download it again.`, {
    path,
  });

const ggufCodes = {
  GGUF_TRUNCATED: 'MODEL_TRUNCATED',
  GGUF_INVALID: 'MODEL_UNREADABLE',
  GGUF_UNREADABLE: 'MODEL_NOT_THERE',
} as const;

/** The coded form of an error in a model file; EngineErrors stay as they are. */
export function toModelError(path: string, error: unknown): Error {
  if (error instanceof TrainerError) return error;
  if (error instanceof Untrainable)
    return new TrainerError(error.code, `${path} cannot be trained. ${error.message}`, {
      path,
    });
  if (error instanceof GgufError) {
    return new TrainerError(ggufCodes[error.code], error.message, { path });
  }
  const reason = error instanceof Error ? error.message : String(error);
  return new TrainerError(
    'MODEL_NOT_THERE',
    `Cannot read ${path}: ${reason.replace(/\.$/, '')}. Check the path, the permissions and the disk.`,
    { path },
  );
}
