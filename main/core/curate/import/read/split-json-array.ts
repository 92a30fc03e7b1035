import { BlankRun, Pieces, refuseEndless } from './read-lines.ts';

/** One element of a JSON array file; `bytes` is missing when it is longer than the limit. */
export interface ArrayElement {
  /** Line of its first byte, from 1. */
  line: number;
  /** Position in the array, from 1. */
  ordinal: number;
  bytes: Buffer | undefined;
}

const quote = 0x22;
const comma = 0x2c;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/**
 * Cuts a JSON array file into the bytes of its elements without holding more than one of them.
 * It only balances brackets and strings: whether an element is JSON is for its reader to find out.
 */
export class JsonArraySplitter {
  readonly #pieces: Pieces;
  readonly #blank = new BlankRun();
  #depth = 0;
  #isInString = false;
  #isEscaped = false;
  #isInElement = false;
  #line = 1;
  #elementLine = 1;
  #ordinal = 0;
  #isClosed = false;
  #hasMore = false;

  constructor(maxElementBytes?: number) {
    this.#pieces = new Pieces(maxElementBytes);
  }

  /** Whether the closing bracket was seen: without it the file is cut off. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Whether something follows the closing bracket, which is not read. */
  get hasMore(): boolean {
    return this.#hasMore;
  }

  /** Whether an element has begun that never ended. */
  get isCutInElement(): boolean {
    return this.#isInElement;
  }

  get line(): number {
    return this.#line;
  }

  /** The elements that end in this chunk. */
  push(chunk: Buffer): ArrayElement[] {
    const elements: ArrayElement[] = [];
    let start = 0;
    for (let index = 0; index < chunk.length && !this.#hasMore; index++) {
      const byte = chunk[index] ?? 0;
      if (byte === 0x0a) this.#line++;
      if (this.#isClosed) {
        this.#hasMore = byte > 0x20;
        continue;
      }
      if (this.#isInString) {
        this.#inString(byte);
        continue;
      }
      if (byte <= 0x20) {
        if (!this.#isInElement) this.#blank.add(1, this.#line);
        continue;
      }
      this.#blank.end();
      if (this.#isOpening(byte)) continue;
      if (this.#isBoundary(byte)) {
        if (this.#isInElement) elements.push(this.#take(chunk.subarray(start, index)));
        this.#isClosed = byte !== comma;
        continue;
      }
      if (!this.#isInElement) {
        this.#isInElement = true;
        this.#elementLine = this.#line;
        start = index;
      }
      this.#inElement(byte);
    }
    if (this.#isInElement) this.#pieces.keep(chunk.subarray(start));
    refuseEndless(this.#pieces.sizeBytes, this.#elementLine);
    return elements;
  }

  /** The last element of an array that is not closed, when the element itself is whole. */
  end(): ArrayElement | undefined {
    const isWhole = this.#isInElement && this.#depth === 1 && !this.#isInString;
    return isWhole ? this.#take(Buffer.alloc(0)) : undefined;
  }

  #inString(byte: number): void {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (byte === backslash) this.#isEscaped = true;
    else if (byte === quote) this.#isInString = false;
  }

  // Everything before the first bracket is a byte order mark or white space.
  #isOpening(byte: number): boolean {
    if (this.#depth > 0) return false;
    if (byte === openBracket) this.#depth = 1;
    return true;
  }

  #isBoundary(byte: number): boolean {
    return this.#depth === 1 && (byte === comma || byte === closeBracket || byte === closeBrace);
  }

  #inElement(byte: number): void {
    if (byte === quote) this.#isInString = true;
    else if (byte === openBrace || byte === openBracket) this.#depth++;
    else if (byte === closeBrace || byte === closeBracket) this.#depth--;
  }

  #take(last: Buffer): ArrayElement {
    this.#isInElement = false;
    this.#ordinal++;
    const { bytes } = this.#pieces.take(last);
    return { line: this.#elementLine, ordinal: this.#ordinal, bytes };
  }
}
