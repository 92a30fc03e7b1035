import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const blockBytes = 64 * 1024;
const keptBlocks = 64;
const writtenAtOnce = 1024 * 1024;

/**
 * A file to put bytes at the end of, and to read them back from any place, with 5 MB of memory.
 * Dispose of it to delete it; where the system allows, it has no name from the start and vanishes
 * with the process, however that ends.
 */
export class ScratchFile implements Disposable {
  readonly #folder: string;
  readonly #file: number;
  readonly #waiting = Buffer.allocUnsafe(writtenAtOnce);
  #waitingBytes = 0;
  #writtenBytes = 0;
  /** Blocks that were read, the one that was used last at the end. */
  readonly #blocks = new Map<number, Buffer>();

  /** Creates the file in a new folder inside `parentFolder`. */
  constructor(parentFolder: string = tmpdir()) {
    this.#folder = mkdtempSync(join(parentFolder, 'lima-import-'));
    this.#file = openSync(join(this.#folder, 'staging'), 'wx+', 0o600);
    // Windows cannot delete an open file; there it goes when this is disposed of.
    if (process.platform !== 'win32') this.#removeFolder();
  }

  /** Puts bytes at the end and returns where they begin. */
  append(bytes: Uint8Array): number {
    if (this.#waitingBytes + bytes.length > writtenAtOnce) this.#flush();
    const at = this.#writtenBytes + this.#waitingBytes;
    if (bytes.length > writtenAtOnce) this.#write(bytes);
    else {
      this.#waiting.set(bytes, this.#waitingBytes);
      this.#waitingBytes += bytes.length;
    }
    return at;
  }

  /** Bytes that were put there; they may share memory with others that were read. */
  read(at: number, length: number): Buffer {
    this.#flush();
    const first = Math.floor(at / blockBytes);
    const last = Math.floor((at + length - 1) / blockBytes);
    const start = at - first * blockBytes;
    if (last <= first) return this.#block(first).subarray(start, start + length);
    return this.#readAll(Buffer.allocUnsafe(length), at);
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
    this.#removeFolder();
  }

  #block(index: number): Buffer {
    const at = index * blockBytes;
    const bytes = Math.min(blockBytes, this.#writtenBytes - at);
    let block = this.#blocks.get(index);
    // The last block may have grown since it was read.
    if (block?.length !== bytes) block = this.#readAll(Buffer.allocUnsafe(bytes), at);
    this.#blocks.delete(index);
    this.#blocks.set(index, block);
    const [oldest] = this.#blocks.keys();
    if (this.#blocks.size > keptBlocks && oldest !== undefined) this.#blocks.delete(oldest);
    return block;
  }

  #readAll(into: Buffer, at: number): Buffer {
    for (let read = 0; read < into.length;) {
      const bytes = readSync(this.#file, into, read, into.length - read, at + read);
      if (bytes === 0)
        throw new Error(`The scratch file ends at byte ${at + read}, before what was put there`);
      read += bytes;
    }
    return into;
  }

  #flush(): void {
    const bytes = this.#waiting.subarray(0, this.#waitingBytes);
    this.#waitingBytes = 0;
    this.#write(bytes);
  }

  #write(bytes: Uint8Array): void {
    for (let written = 0; written < bytes.length;) {
      const count = writeSync(
        this.#file,
        bytes,
        written,
        bytes.length - written,
        this.#writtenBytes,
      );
      written += count;
      this.#writtenBytes += count;
    }
  }

  #removeFolder(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
