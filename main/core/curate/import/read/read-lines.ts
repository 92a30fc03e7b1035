import { formatBytes } from '../../../../../shared/text/numbers.ts';
import { ReadLimitError } from '../sample/import-error.ts';

/** Longer lines (and records) are reported and skipped: each is held several times at once. */
export const maxRecordBytes = 16 * 1024 * 1024;

/** White space in a row, and bytes of one record: more is no data set, and reading on is in vain. */
const maxBlankBytes = 64 * 1024 * 1024;
const maxSkippedBytes = 256 * 1024 ** 2;

/** One line without its end; `bytes` is missing when the line is longer than `maxRecordBytes`. */
export interface Line {
  number: number;
  sizeBytes: number;
  bytes: Buffer | undefined;
}

const newline = 0x0a;
const carriageReturn = 0x0d;
const blanks = new Set([0x20, 0x09, carriageReturn]);

/**
 * Splits chunks into lines, in batches so that a line costs no promise. Blank lines, a byte order
 * mark and the carriage returns of CRLF are dropped; a last line without an end counts. Throws
 * ReadLimitError for what goes on and on without a line.
 */
export async function* readLines(
  chunks: AsyncIterable<Buffer>,
  maxBytes = maxRecordBytes,
): AsyncGenerator<Line[]> {
  let number = 1;
  const pieces = new Pieces(maxBytes);
  const blank = new BlankRun();
  for await (const chunk of chunks) {
    const lines: Line[] = [];
    let start = 0;
    for (;;) {
      if (pieces.sizeBytes === 0) {
        const skipped = countLineEnds(chunk, start);
        blank.add(skipped, number);
        number += skipped;
        start += skipped;
      }
      const end = chunk.indexOf(newline, start);
      if (end === -1) break;
      const line = finishLine(number++, pieces.take(chunk.subarray(start, end)));
      start = end + 1;
      if (isBlank(line.bytes)) blank.add(line.sizeBytes + 1, number);
      else {
        blank.end();
        lines.push(line);
      }
    }
    pieces.keep(chunk.subarray(start));
    refuseEndless(pieces.sizeBytes, number);
    if (lines.length > 0) yield lines;
  }
  if (pieces.sizeBytes === 0) return;
  const last = finishLine(number, pieces.take(Buffer.alloc(0)));
  if (!isBlank(last.bytes)) yield [last];
}

/** Throws ReadLimitError when a record goes on for four times the longest one: nothing after it will be one. */
export function refuseEndless(recordBytes: number, line: number): void {
  if (recordBytes > maxSkippedBytes)
    throw new ReadLimitError(line, `it goes on for more than ${formatBytes(maxSkippedBytes)}`);
}

/** Counts white space between records, and throws ReadLimitError when nothing else comes. */
export class BlankRun {
  #bytes = 0;

  add(bytes: number, line: number): void {
    this.#bytes += bytes;
    if (this.#bytes > maxBlankBytes)
      throw new ReadLimitError(
        line,
        `there are more than ${formatBytes(maxBlankBytes)} of white space in a row`,
      );
  }

  end(): void {
    this.#bytes = 0;
  }
}

/** How many bytes from `start` on are line ends. */
function countLineEnds(chunk: Buffer, start: number): number {
  let end = start;
  while (chunk[end] === newline) end++;
  return end - start;
}

function isBlank(bytes: Buffer | undefined): boolean {
  if (!bytes) return false;
  for (const byte of bytes) if (!blanks.has(byte)) return false;
  return true;
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
