import type { FileHandle } from 'node:fs/promises';
import { invalidGguf, truncatedGguf } from './gguf-error.ts';

const chunkBytes = 1024 * 1024;

/** A header larger than this is an attack on memory; the largest real ones are under 20 MiB. */
const maxHeaderBytes = 128 * 1024 * 1024;

/** Reads a file front to back through one buffer. After `need(n)` come up to n bytes of gets. */
export class HeaderCursor {
  readonly fileSizeBytes: number;
  readonly #file: FileHandle;
  #buffer: Buffer = Buffer.alloc(0);
  #at = 0;
  #bufferStart = 0;

  constructor(file: FileHandle, fileSizeBytes: number) {
    this.#file = file;
    this.fileSizeBytes = fileSizeBytes;
  }

  /** Position in the file of the next byte. */
  get position(): number {
    return this.#bufferStart + this.#at;
  }

  /** Throws unless the file still has `count` bytes, `what` naming them in the error. */
  requireRemaining(count: number, what: string): void {
    const remaining = this.fileSizeBytes - this.position;
    if (count > remaining)
      throw truncatedGguf(
        `${what} needs ${count} bytes at byte ${this.position}, and ${remaining} are left`,
      );
    if (this.position + count > maxHeaderBytes)
      throw invalidGguf(
        `${what} makes the header larger than the limit of ${maxHeaderBytes} bytes`,
      );
  }

  /** Buffers at least `count` bytes (at most a few MiB at once by its callers' limits). */
  async need(count: number, what: string): Promise<void> {
    if (this.#has(count)) return;
    this.requireRemaining(count, what);
    const kept = this.#buffer.length - this.#at;
    const size = Math.min(Math.max(count, chunkBytes), this.fileSizeBytes - this.position);
    const next = Buffer.allocUnsafe(size);
    this.#buffer.copy(next, 0, this.#at);
    const filled = kept + (await this.#readFully(next.subarray(kept), this.position + kept));
    this.#bufferStart = this.position;
    this.#buffer = next.subarray(0, filled);
    this.#at = 0;
    if (filled < count) throw truncatedGguf(`${what} ends at byte ${this.#bufferStart + filled}`);
  }

  /** The next `count` bytes in memory of their own, for alignment of typed arrays. */
  async bytes(count: number, what: string): Promise<Uint8Array<ArrayBuffer>> {
    this.requireRemaining(count, what);
    const result = new Uint8Array(count);
    for (let done = 0; done < count;) {
      const part = Math.min(count - done, chunkBytes);
      await this.need(part, what);
      result.set(this.#buffer.subarray(this.#at, this.#at + part), done);
      this.#at += part;
      done += part;
    }
    return result;
  }

  u32(): number {
    return this.#buffer.readUInt32LE(this.#advance(4));
  }

  /** An unsigned 64-bit integer; above 2^53 only its magnitude is right, which limits reject. */
  u64(): number {
    const at = this.#advance(8);
    return this.#buffer.readUInt32LE(at + 4) * 2 ** 32 + this.#buffer.readUInt32LE(at);
  }

  /** UTF-8 text of `count` buffered bytes; invalid sequences become U+FFFD, as in some vocabularies. */
  text(count: number): string {
    const at = this.#advance(count);
    return this.#buffer.toString('utf8', at, at + count);
  }

  /** A length-prefixed string when it lies in the buffer completely, else undefined. */
  bufferedString(): string | undefined {
    if (!this.#has(8)) return undefined;
    const start = this.#at;
    const length = this.u64();
    if (this.#has(length)) return this.text(length);
    this.#at = start;
    return undefined;
  }

  #has(count: number): boolean {
    return this.#buffer.length - this.#at >= count;
  }

  #advance(count: number): number {
    const at = this.#at;
    this.#at += count;
    return at;
  }

  async #readFully(target: Buffer, filePosition: number): Promise<number> {
    let done = 0;
    while (done < target.length) {
      const { bytesRead } = await this.#file.read(
        target,
        done,
        target.length - done,
        filePosition + done,
      );
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return done;
  }
}
