import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const writtenAtOnce = 1024 * 1024;

/**
 * A file to put bytes at the end of, and to read them back from any place, with 1 MB of memory.
 * Dispose of it to delete it; where the system allows, it has no name from the start and vanishes
 * with the process, however that ends.
 */
export class ScratchFile implements Disposable {
  readonly #folder: string;
  readonly #file: number;
  readonly #waiting = Buffer.allocUnsafe(writtenAtOnce);
  #waitingBytes = 0;
  #writtenBytes = 0;

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

  /** Bytes that were put there. */
  read(at: number, length: number): Buffer {
    this.#flush();
    const bytes = Buffer.allocUnsafe(length);
    for (let read = 0; read < length;) {
      const count = readSync(this.#file, bytes, read, length - read, at + read);
      if (count === 0)
        throw new Error(`The scratch file ends at byte ${at + read}, before what was put there`);
      read += count;
    }
    return bytes;
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
    this.#removeFolder();
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
