/** Longer lines (and array elements) are reported and skipped: memory stays flat. */
export const maxRecordBytes = 64 * 1024 * 1024;

/** One line without its end; `bytes` is missing when the line is longer than `maxRecordBytes`. */
export interface Line {
  number: number;
  sizeBytes: number;
  bytes: Buffer | undefined;
}

const newline = 0x0a;
const carriageReturn = 0x0d;

/**
 * Splits chunks into lines, in batches so that a line costs no promise. A byte order mark and the
 * carriage returns of CRLF are dropped; a last line without an end counts.
 */
export async function* readLines(
  chunks: AsyncIterable<Buffer>,
  maxBytes = maxRecordBytes,
): AsyncGenerator<Line[]> {
  let number = 1;
  const pieces = new Pieces(maxBytes);
  for await (const chunk of chunks) {
    const lines: Line[] = [];
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(newline, start);
      if (end === -1) break;
      lines.push(finishLine(number++, pieces.take(chunk.subarray(start, end))));
      start = end + 1;
    }
    pieces.keep(chunk.subarray(start));
    if (lines.length > 0) yield lines;
  }
  if (pieces.sizeBytes > 0) yield [finishLine(number, pieces.take(Buffer.alloc(0)))];
}

/** The beginnings of a record that is spread over several chunks, never more than `maxBytes`. */
export class Pieces {
  readonly #maxBytes: number;
  #kept: Buffer[] = [];
  #sizeBytes = 0;

  constructor(maxBytes = maxRecordBytes) {
    this.#maxBytes = maxBytes;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Keeps a part of a record that goes on in the next chunk. */
  keep(piece: Buffer): void {
    if (piece.length === 0) return;
    this.#sizeBytes += piece.length;
    if (this.#sizeBytes > this.#maxBytes) this.#kept = [];
    else this.#kept.push(piece);
  }

  /** The whole record, ending with `last`; `bytes` is missing when it is too long. */
  take(last: Buffer): { sizeBytes: number; bytes: Buffer | undefined } {
    const sizeBytes = this.#sizeBytes + last.length;
    const isTooLong = sizeBytes > this.#maxBytes;
    const whole = this.#kept.length === 0 ? last : Buffer.concat([...this.#kept, last]);
    this.#kept = [];
    this.#sizeBytes = 0;
    return { sizeBytes, bytes: isTooLong ? undefined : whole };
  }
}

/** Bytes without a UTF-8 byte order mark. */
export function withoutByteOrderMark(bytes: Buffer): Buffer {
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return hasMark ? bytes.subarray(3) : bytes;
}

function finishLine(number: number, line: { sizeBytes: number; bytes: Buffer | undefined }): Line {
  let bytes = line.bytes;
  if (bytes && number === 1) bytes = withoutByteOrderMark(bytes);
  if (bytes && bytes.at(-1) === carriageReturn) bytes = bytes.subarray(0, -1);
  return { number, sizeBytes: line.sizeBytes, bytes };
}
