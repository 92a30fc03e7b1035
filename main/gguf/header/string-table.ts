/** Bytes that may move to a larger buffer while a header is read; offsets stay. */
export interface GrowingBytes {
  readonly bytes: Buffer;
}

/**
 * An array of strings of a header, kept as the bytes of the file: a vocabulary of 128,000 tokens
 * is checked without making a JavaScript string of any.
 */
export class StringTable implements Iterable<string> {
  readonly length: number;
  readonly #source: GrowingBytes;
  /** Where each string begins in `bytes`; 8 bytes before the next one it ends. */
  readonly starts: Uint32Array;
  #strings: readonly string[] | undefined;

  /** The last entry of `starts` lies 8 bytes behind the end of the last string. */
  constructor(source: GrowingBytes, starts: Uint32Array) {
    this.#source = source;
    this.starts = starts;
    this.length = starts.length - 1;
  }

  /** The bytes that `startOf` and `endOf` count in. */
  get bytes(): Buffer {
    return this.#source.bytes;
  }

  /** Where the bytes of string `index` begin. */
  startOf(index: number): number {
    return this.starts[index] ?? 0;
  }

  /** Where the bytes of string `index` end; the 8 bytes behind them are the next length. */
  endOf(index: number): number {
    return (this.starts[index + 1] ?? 8) - 8;
  }

  /** One string; invalid UTF-8 becomes U+FFFD, as in some vocabularies. */
  at(index: number): string {
    return this.bytes.toString('utf8', this.startOf(index), this.endOf(index));
  }

  /** All strings, decoded on the first call. */
  strings(): readonly string[] {
    this.#strings ??= Array.from({ length: this.length }, (_, index) => this.at(index));
    return this.#strings;
  }

  [Symbol.iterator](): Iterator<string> {
    return this.strings()[Symbol.iterator]();
  }
}
