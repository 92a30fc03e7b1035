import koffi from 'koffi';

const pageBytes = 4096;
const access = { none: 0, readAndWrite: 3 } as const;
const privateAndAnonymous = 0x22;

/** Memory whose last byte lies before a page that ends the process when it is touched. */
export class GuardedMemory implements Disposable {
  readonly bytes: ArrayBuffer;
  readonly #library = koffi.load('libc.so.6');
  readonly #start: bigint;
  readonly #mappedBytes: number;

  /** At least `sizeBytes`; only on Linux. */
  constructor(sizeBytes: number) {
    const usableBytes = Math.ceil(sizeBytes / pageBytes) * pageBytes;
    const map = this.#library.func(
      'void *mmap(void *start, size_t bytes, int access, int flags, int file, int64_t offset)',
    );
    const protect = this.#library.func('int mprotect(void *start, size_t bytes, int access)');
    this.#mappedBytes = usableBytes + pageBytes;
    const start: bigint = map(
      null,
      this.#mappedBytes,
      access.readAndWrite,
      privateAndAnonymous,
      -1,
      0,
    );
    this.#start = start;
    if (protect(start + BigInt(usableBytes), pageBytes, access.none) !== 0)
      throw new Error('The page after the memory could not be guarded.');
    this.bytes = koffi.view(start, usableBytes);
  }

  /** Where the last `sizeBytes` begin: as an address, and in `bytes`. */
  last(sizeBytes: number): { address: bigint; offset: number } {
    const offset = this.bytes.byteLength - sizeBytes;
    return { address: this.#start + BigInt(offset), offset };
  }

  [Symbol.dispose](): void {
    this.#library.func('int munmap(void *start, size_t bytes)')(this.#start, this.#mappedBytes);
  }
}
