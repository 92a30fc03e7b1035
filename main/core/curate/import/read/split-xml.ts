import { BlankRun, maxRecordBytes, refuseEndless } from './read-lines.ts';

/** What stands in an XML dump: a row's start tag as it is, the end of the root, or what is neither. */
export interface XmlPiece {
  kind: 'row' | 'end' | 'stray';
  /** Line of its first byte, from 1, and the byte of the file it is, from 0. */
  line: number;
  byte: number;
  /** Missing when it is longer than the limit. */
  bytes?: Buffer;
}

const lessThan = 0x3c;
const greaterThan = 0x3e;
const newline = 0x0a;
const doubleQuote = 0x22;
const singleQuote = 0x27;

/** Markup with an end of its own; the text of a CDATA section belongs nowhere in a dump. */
const sections: [start: string, end: string][] = [
  ['<!--', '-->'],
  ['<?', '?>'],
  ['<![CDATA[', ']]>'],
];
/** So many bytes tell what markup begins. */
const tellingBytes = 10;
const nextRow = /^<(?:row[\s/>]|\/posts\s*>)/;

/** The next place of a character in a text, remembered until it is passed: no part is searched twice. */
class NextPlace {
  readonly #character: string;
  #at = -1;

  constructor(character: string) {
    this.#character = character;
  }

  /** Forgets the place: another text follows. */
  reset(): void {
    this.#at = -1;
  }

  /** At `at` or behind it, which never goes back; the end of the text where there is none. */
  from(text: string, at: number): number {
    if (this.#at < at) {
      const found = text.indexOf(this.#character, at);
      this.#at = found === -1 ? text.length : found;
    }
    return this.#at;
  }
}

/**
 * Cuts an XML dump into its rows, wherever lines end and whatever comments, instructions and
 * document types lie between them. A quote that is never closed ends at the next row. Bytes are
 * gone through a fixed number of times, and what is longer than a record is not held.
 */
export class XmlSplitter {
  readonly #blank = new BlankRun();
  readonly #maxBytes: number;
  #buffer: Buffer = Buffer.alloc(0);
  #base = 0;
  #at = 0;
  #line = 1;
  #newlineAt = -1;
  #isLast = false;
  /** How the piece at `#at` begins: empty for text, `undefined` before there is one. */
  #opened: string | undefined;
  #start = { line: 1, byte: 0 };
  /** How far the piece was looked through. */
  #searched = 0;
  #quote = 0;
  #brackets = 0;
  /** What was not looked through yet when the last chunk came, a character for each byte. */
  #text = '';
  #textAt = 0;
  readonly #nextTag = new NextPlace('<');
  readonly #nextDouble = new NextPlace('"');
  readonly #nextSingle = new NextPlace("'");
  #droppedBytes = 0;
  #out: XmlPiece[] = [];

  constructor(maxBytes = maxRecordBytes) {
    this.#maxBytes = maxBytes;
  }

  /** The pieces that end in this chunk. */
  push(chunk: Buffer): XmlPiece[] {
    const rest = this.#buffer.subarray(this.#at);
    this.#buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    this.#base += this.#at;
    this.#searched -= this.#at;
    this.#newlineAt = -1;
    this.#at = 0;
    this.#takeText();
    while (this.#next());
    const isTooLong = this.#droppedBytes > 0 || this.#buffer.length - this.#at > this.#maxBytes;
    if (this.#opened !== undefined && isTooLong) this.#drop();
    return this.#take();
  }

  /** What the file ends with, whole or not. */
  end(): XmlPiece[] {
    this.#isLast = true;
    while (this.#next());
    return this.#take();
  }

  #takeText(): void {
    this.#textAt = this.#opened === undefined ? 0 : this.#searched;
    this.#text = this.#buffer.toString('latin1', this.#textAt);
    for (const next of [this.#nextTag, this.#nextDouble, this.#nextSingle]) next.reset();
  }

  #take(): XmlPiece[] {
    const out = this.#out;
    this.#out = [];
    return out;
  }

  /** Reads one piece; false when it goes on in the next chunk. */
  #next(): boolean {
    if (this.#opened === undefined && !this.#open()) return false;
    const opened = this.#opened ?? '';
    const end = this.#endOf(opened);
    if (end === -1 && !this.#isLast) return false;
    const kind = this.#kindOf(opened, end);
    if (kind) this.#emit(kind, end === -1 ? this.#buffer.length : end);
    this.#advance(end === -1 ? this.#buffer.length : end);
    this.#close();
    return true;
  }

  #open(): boolean {
    this.#skipBlank();
    const rest = this.#buffer.length - this.#at;
    if (rest === 0 || (rest < tellingBytes && !this.#isLast)) return false;
    const isMarkup = this.#buffer[this.#at] === lessThan;
    const end = this.#at + tellingBytes;
    this.#opened = isMarkup ? this.#buffer.toString('latin1', this.#at, end) : '';
    this.#start = { line: this.#line, byte: this.#base + this.#at };
    this.#searched = this.#at + 1;
    this.#blank.end();
    return true;
  }

  #skipBlank(): void {
    let at = this.#at;
    for (; at < this.#buffer.length; at++) {
      const byte = this.#buffer[at] ?? 0;
      const isMark = this.#base + at < 3 && [0xef, 0xbb, 0xbf].includes(byte);
      if (byte > 0x20 && !isMark) break;
    }
    this.#blank.add(at - this.#at, this.#line);
    this.#advance(at);
  }

  #endOf(opened: string): number {
    if (opened === '') return this.#find('<', 0);
    const section = sections.find(([start]) => opened.startsWith(start));
    if (section) return this.#find(section[1], section[1].length);
    return opened.startsWith('<!') ? this.#declarationEnd() : this.#tagEnd();
  }

  #kindOf(opened: string, end: number): XmlPiece['kind'] | undefined {
    if (/^<row[\s/>]/.test(opened)) return 'row';
    if (/^<\/posts\s*>/.test(opened)) return 'end';
    if (end === -1) return 'stray';
    const isKnown = /^<(?:posts[\s>/]|\/row\s*>|\?|!(?!\[CDATA\[))/.test(opened);
    return isKnown ? undefined : 'stray';
  }

  #find(text: string, length: number): number {
    const found = this.#buffer.indexOf(text, this.#searched, 'latin1');
    if (found !== -1) return found + length;
    this.#searched = Math.max(this.#searched, this.#buffer.length - text.length + 1);
    return -1;
  }

  /** The end of a document type, whose declarations lie in brackets. */
  #declarationEnd(): number {
    for (let at = this.#searched; at < this.#buffer.length; at++) {
      const byte = this.#buffer[at] ?? 0;
      if (this.#isQuoted(byte)) continue;
      if (byte === 0x5b) this.#brackets++;
      else if (byte === 0x5d) this.#brackets--;
      else if (byte === greaterThan && this.#brackets <= 0) return at + 1;
    }
    this.#searched = this.#buffer.length;
    return -1;
  }

  /** Just behind the tag, or where the next row begins though this one is not closed. */
  #tagEnd(): number {
    const text = this.#text;
    for (let at = this.#searched - this.#textAt; ;) {
      const next = this.#nextTag.from(text, at);
      const close = this.#closeBefore(at, next);
      if (close !== -1) return this.#textAt + close + 1;
      this.#searched = this.#textAt + next;
      if (next === text.length) return -1;
      const telling = text.slice(next, next + tellingBytes);
      if (nextRow.test(telling)) return this.#searched;
      if (telling.length < tellingBytes && !this.#isLast) return -1;
      at = next + 1;
    }
  }

  /** The bracket that closes a tag, from one place of the text to another; -1 when it is not there. */
  #closeBefore(from: number, to: number): number {
    for (let at = from; at < to; at++) {
      if (this.#quote !== 0) {
        const next = this.#quote === doubleQuote ? this.#nextDouble : this.#nextSingle;
        at = next.from(this.#text, at);
        if (at >= to) return -1;
        this.#quote = 0;
        continue;
      }
      const byte = this.#text.charCodeAt(at);
      if (byte === greaterThan) return at;
      if (byte === doubleQuote || byte === singleQuote) this.#quote = byte;
    }
    return -1;
  }

  #isQuoted(byte: number): boolean {
    if (this.#quote !== 0) {
      if (byte === this.#quote) this.#quote = 0;
      return true;
    }
    if (byte !== doubleQuote && byte !== singleQuote) return false;
    this.#quote = byte;
    return true;
  }

  #emit(kind: XmlPiece['kind'], end: number): void {
    const piece = { kind, ...this.#start };
    const isTooLong = this.#droppedBytes > 0 || end - this.#at > this.#maxBytes;
    this.#out.push(isTooLong ? piece : { ...piece, bytes: this.#buffer.subarray(this.#at, end) });
  }

  /** Lets go of what was looked through of a piece that is too long. */
  #drop(): void {
    this.#droppedBytes += this.#searched - this.#at;
    refuseEndless(this.#droppedBytes, this.#start.line);
    this.#advance(this.#searched);
  }

  #advance(end: number): void {
    if (this.#newlineAt < this.#at) this.#newlineAt = this.#newlineFrom(this.#at);
    while (this.#newlineAt < end) {
      this.#line++;
      this.#newlineAt = this.#newlineFrom(this.#newlineAt + 1);
    }
    this.#at = end;
  }

  #newlineFrom(at: number): number {
    const found = this.#buffer.indexOf(newline, at);
    return found === -1 ? this.#buffer.length : found;
  }

  #close(): void {
    this.#opened = undefined;
    this.#quote = 0;
    this.#brackets = 0;
    this.#droppedBytes = 0;
  }
}

/** Text without the declarations, comments and document type that come before its first element. */
export function withoutPrologue(text: string): string {
  let rest = text.trimStart();
  for (;;) {
    const section = sections.find(([start]) => rest.startsWith(start));
    const isDeclaration = rest.startsWith('<!');
    if (!section && !isDeclaration) return rest;
    const close = section?.[1] ?? (/^[^<>]*\[/.test(rest.slice(2)) ? ']>' : '>');
    const end = rest.indexOf(close);
    if (end === -1) return '';
    rest = rest.slice(end + close.length).trimStart();
  }
}
