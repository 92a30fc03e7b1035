import {
  backslash,
  closeBrace,
  closeBracket,
  comma,
  JsonSyntax,
  openBrace,
  openBracket,
  quote,
} from './json-syntax.ts';
import { BlankRun, maxRecordBytes, refuseEndless } from './read-lines.ts';

/** One JSON value of a file that is a record, or what stands where one should be. */
export interface JsonPiece {
  /** Line of its first byte, from 1, and the byte of the file it is, from 0. */
  line: number;
  byte: number;
  /** Position in its array, from 1; `undefined` outside of any. */
  ordinal?: number;
  /** Missing when it is longer than the limit, or when `problem` says why it is no record. */
  bytes?: Buffer;
  problem?: string;
  /** How many names of fields stand in it, those that stand twice too. */
  names?: number;
  /** The problem is one of the file and of no record. */
  isOfFile?: true;
}

const newline = 0x0a;
const recordSeparator = 0x1e;
/** What is read twice on behalf of broken records: of one, and of a file. */
const readTwice = { recordBytes: 1024 ** 2, fileBytes: 64 * 1024 ** 2 };

/** An object around arrays of records begins with one of these, and has no field of a record before. */
const wrapperNames = 'data|rows|train|records|samples|examples|items|dataset';
const recordField = /"(?:messages|conversations?|instruction|prompt|question|input|text)"\s*:/;

/** So much is seen of an array before it is told what it is. */
const aheadBytes = 200;
/** The first turn of a conversation: the array is no array of records. */
const turnsAhead = /^\s*\{\s*"(?:role|from)"\s*:/;

interface Start {
  at: number;
  line: number;
  indent: number;
  ordinal: number | undefined;
}

/**
 * Cuts a JSON file into its records however they are laid out: one a line, pretty-printed, one
 * behind the other, as elements of arrays, or of arrays in an object such as `{"data": […]}`.
 * A broken record ends with its brackets or with its first line: what follows that is read again.
 */
export class JsonSplitter {
  readonly #maxBytes: number;
  readonly #wrapperField: RegExp;
  readonly #blank = new BlankRun();
  /** Bytes from the start of the record that is being read; `#base` is where they lie in the file. */
  #buffer: Buffer = Buffer.alloc(0);
  #base = 0;
  #at = 0;
  #line = 1;
  #lineStart = 0;
  #state: 'between' | 'record' | 'junk' | 'lost' = 'between';
  #syntax = new JsonSyntax();
  #start: Start = { at: 0, line: 1, indent: 0, ordinal: undefined };
  #isTooLong = false;
  #faultAt: { line: number; byte: number } | undefined;
  #isInWrapper = false;
  #isInArray = false;
  #hasBegun = false;
  #isLast = false;
  #ordinal = 0;
  #lost: JsonPiece | undefined;
  #readTwiceBytes = 0;
  #out: JsonPiece[] = [];

  /** `alsoWrapping` names one more field whose array holds the records of a file. */
  constructor(maxBytes = maxRecordBytes, alsoWrapping?: string) {
    this.#maxBytes = maxBytes;
    const names = alsoWrapping === undefined ? wrapperNames : `${wrapperNames}|${alsoWrapping}`;
    this.#wrapperField = new RegExp(String.raw`"(?:${names})"\s*:\s*$`);
  }

  /** The records that end in this chunk. */
  push(chunk: Buffer): JsonPiece[] {
    const keepFrom = this.#holdsRecord() ? this.#start.at : this.#at;
    this.#buffer = Buffer.concat([this.#buffer.subarray(keepFrom), chunk]);
    this.#base += keepFrom;
    this.#at -= keepFrom;
    this.#lineStart -= keepFrom;
    this.#start.at -= keepFrom;
    this.#scan();
    if (this.#state === 'record' || this.#state === 'junk') this.#letGoWhenTooLong();
    return this.#take();
  }

  /** What the file ends with: a record that is cut off, and what was never closed. */
  end(): JsonPiece[] {
    this.#isLast = true;
    this.#scan();
    const hadCutRecord = this.#state === 'record';
    while (this.#state === 'record') {
      this.#break(this.#cutOff());
      this.#scan();
    }
    if (this.#state === 'junk') this.#emit(this.#at);
    this.#find(this.#at === this.#lineStart ? this.#line - 1 : this.#line);
    if ((this.#isInArray || this.#isInWrapper) && !hadCutRecord) this.#note(this.#cutOff());
    return this.#take();
  }

  #take(): JsonPiece[] {
    const out = this.#out;
    this.#out = [];
    return out;
  }

  #holdsRecord(): boolean {
    return (this.#state === 'record' || this.#state === 'junk') && !this.#isTooLong;
  }

  #cutOff(): string {
    const what = this.#isInArray ? 'array' : 'object';
    const prefix = this.#isInArray || this.#isInWrapper ? '' : 'not valid JSON: ';
    return `${prefix}the JSON ${what} is not closed: the file is cut off or a bracket is missing`;
  }

  #scan(): void {
    while (this.#at < this.#buffer.length) {
      this.#skipText();
      const byte = this.#buffer[this.#at] ?? 0;
      if (byte === openBracket && this.#mustSeeAhead()) return;
      // What is done with a line end may lead back to an earlier line.
      if (byte === newline && this.#endLine()) continue;
      if (byte !== newline) this.#step(byte);
      this.#at++;
      if (byte !== newline) continue;
      this.#line++;
      this.#lineStart = this.#at;
    }
  }

  /** Goes to the next byte that can end a text in quotes, or a line of something else. */
  #skipText(): void {
    const isText = this.#state === 'record' && this.#syntax.isInPlainText;
    const isLine = this.#state === 'junk' && !this.#isInArray;
    if (!isText && !isLine) return;
    const last = this.#buffer.length - 1;
    for (; this.#at < last; this.#at++) {
      const byte = this.#buffer[this.#at];
      if (byte === newline || (isText && (byte === quote || byte === backslash))) return;
    }
  }

  #step(byte: number): void {
    if (this.#state === 'lost' && this.#isWayBack(byte)) {
      this.#find(this.#line - 1);
      // The brace that would have closed the broken record.
      if (byte === closeBrace) return;
    }
    if (this.#state === 'record') this.#inRecord(byte);
    else if (this.#state !== 'lost' && !(this.#state === 'junk' && !this.#isBoundary(byte))) {
      if (this.#state === 'junk') this.#emit(this.#at);
      this.#between(byte);
    }
  }

  /** Ends what ends with its line; true when reading goes on at an earlier one. */
  #endLine(): boolean {
    if (this.#state === 'junk') this.#emit(this.#at);
    else if (this.#state === 'between') this.#blank.add(1, this.#line);
    else if (this.#state === 'record') {
      this.#syntax.endLine();
      this.#noteFault();
      if (this.#syntax.problem !== undefined) return this.#break(this.#problem());
    }
    return false;
  }

  #between(byte: number): void {
    const isMark = this.#base + this.#at < 3 && [0xef, 0xbb, 0xbf].includes(byte);
    if (byte <= 0x20 || byte === comma || isMark) {
      if (byte !== recordSeparator) this.#blank.add(1, this.#line);
      return;
    }
    this.#blank.end();
    const isBesideArrays = this.#isInWrapper && !this.#isInArray;
    if (byte === closeBracket || byte === closeBrace) this.#close(byte);
    else if (byte === openBracket && !this.#isInArray && !turnsAhead.test(this.#ahead()))
      this.#openArray();
    else if (!isBesideArrays || byte === openBrace || byte === quote) this.#begin(byte);
  }

  #openArray(): void {
    this.#isInArray = true;
    this.#hasBegun = true;
    this.#ordinal = 0;
  }

  #close(byte: number): void {
    if (byte === closeBracket && this.#isInArray) this.#isInArray = false;
    else if (byte === closeBrace && this.#isInWrapper && !this.#isInArray)
      this.#isInWrapper = false;
    else
      this.#note(
        `"${String.fromCharCode(byte)}" at byte ${this.#base + this.#at + 1} closes nothing that was opened; it was skipped`,
      );
  }

  #begin(byte: number): void {
    const ordinal = this.#isInArray ? ++this.#ordinal : undefined;
    this.#start = { at: this.#at, line: this.#line, indent: this.#indent(), ordinal };
    this.#isTooLong = false;
    this.#faultAt = undefined;
    this.#syntax = new JsonSyntax();
    const isStructure = byte === openBrace || byte === openBracket || byte === quote;
    this.#state = isStructure ? 'record' : 'junk';
    if (isStructure) this.#inRecord(byte);
  }

  /** Bytes of white space that the current line begins with. */
  #indent(): number {
    let end = Math.max(0, this.#lineStart);
    while (end < this.#at && (this.#buffer[end] ?? 0) <= 0x20) end++;
    return end - this.#lineStart;
  }

  // Outside of arrays a line of anything else is one record, inside it goes to the next boundary.
  #isBoundary(byte: number): boolean {
    if (!this.#isInArray) return false;
    return [comma, closeBracket, closeBrace, openBrace, openBracket].includes(byte);
  }

  #inRecord(byte: number): void {
    if (byte === openBracket && this.#opensWrapper()) {
      this.#isInWrapper = true;
      this.#state = 'between';
      this.#openArray();
      return;
    }
    const isDone = this.#syntax.take(byte);
    this.#noteFault();
    if (!isDone) return;
    const isName = this.#isInWrapper && !this.#isInArray && this.#syntax.values === 1;
    if (isName && byte === quote) this.#state = 'between';
    else this.#emit(this.#at + 1, this.#syntax.problem === undefined ? undefined : this.#problem());
  }

  #opensWrapper(): boolean {
    if (this.#hasBegun || this.#syntax.depth !== 1 || !this.#syntax.isAtValue) return false;
    if (this.#at - this.#start.at > 64 * 1024) return false;
    const before = this.#buffer.toString('latin1', this.#start.at, this.#at);
    if (!this.#wrapperField.test(before) || recordField.test(before)) return false;
    return !/^\s*"/.test(this.#ahead()) && !turnsAhead.test(this.#ahead());
  }

  /** Whether what an array is depends on bytes that have not been read yet. */
  #mustSeeAhead(): boolean {
    if (this.#isLast || this.#buffer.length - this.#at > aheadBytes) return false;
    if (this.#state === 'between') return !this.#isInArray;
    return this.#state === 'record' && !this.#hasBegun && this.#syntax.isAtValue;
  }

  /** What follows the bracket that is looked at. */
  #ahead(): string {
    return this.#buffer.toString('latin1', this.#at + 1, this.#at + aheadBytes);
  }

  #noteFault(): void {
    if (this.#syntax.problem === undefined) return;
    this.#faultAt ??= { line: this.#line, byte: this.#base + this.#at + 1 };
  }

  #problem(): string {
    const { line, byte } = this.#faultAt ?? { line: this.#line, byte: 0 };
    return `not valid JSON: ${this.#syntax.problem}, at byte ${byte} (line ${line})`;
  }

  /** What is too long is not kept, and at four times that not followed either. */
  #letGoWhenTooLong(): void {
    const sizeBytes = this.#at - this.#start.at;
    if (sizeBytes > this.#maxBytes) this.#isTooLong = true;
    refuseEndless(sizeBytes, this.#start.line);
  }

  /** Ends a record or other text before `end`. */
  #emit(end: number, problem?: string): void {
    const piece = this.#piece();
    if (this.#isTooLong || end - this.#start.at > this.#maxBytes) this.#out.push(piece);
    else if (problem !== undefined) this.#out.push({ ...piece, problem });
    else {
      const bytes = this.#buffer.subarray(this.#start.at, end);
      const isWhole = this.#state === 'record';
      this.#out.push({ ...piece, bytes, ...(isWhole && { names: this.#syntax.names }) });
    }
    this.#hasBegun = true;
    this.#state = 'between';
  }

  #piece(): JsonPiece {
    const { at, line, ordinal } = this.#start;
    const piece = { line, byte: this.#base + at };
    return ordinal === undefined ? piece : { ...piece, ordinal };
  }

  /**
   * Gives a record up at the end of a line and looks for the next one, from its second line on
   * when it has swallowed some; true when that leads back.
   */
  #break(problem: string): boolean {
    const { at, line } = this.#start;
    const piece = this.#piece();
    this.#lost = this.#isTooLong ? piece : { ...piece, problem };
    this.#hasBegun = true;
    this.#state = 'lost';
    const end = this.#isTooLong ? -1 : this.#buffer.indexOf(newline, at);
    const bytes = this.#at - end;
    if (end === -1 || end >= this.#at || bytes > readTwice.recordBytes) return false;
    if ((this.#readTwiceBytes += bytes) > readTwice.fileBytes) return false;
    this.#at = end + 1;
    this.#line = line + 1;
    this.#lineStart = this.#at;
    return true;
  }

  // The next record stands no further to the right than the broken one did.
  #isWayBack(byte: number): boolean {
    if (byte <= 0x20 || this.#at - this.#lineStart > this.#start.indent) return false;
    if (this.#indent() < this.#at - this.#lineStart) return false;
    return [openBrace, openBracket, closeBracket, closeBrace].includes(byte) || !this.#isInArray;
  }

  /** Reports the broken record together with the lines that were skipped after it. */
  #find(lastLine: number): void {
    const lost = this.#lost;
    if (this.#state !== 'lost' || !lost) return;
    const first = lost.line + 1;
    const words = first > lastLine ? '' : `; lines ${first} to ${lastLine} were skipped with it`;
    this.#out.push(lost.problem === undefined ? lost : { ...lost, problem: lost.problem + words });
    this.#lost = undefined;
    this.#state = 'between';
  }

  #note(problem: string): void {
    this.#out.push({ line: this.#line, byte: this.#base + this.#at, problem, isOfFile: true });
  }
}
