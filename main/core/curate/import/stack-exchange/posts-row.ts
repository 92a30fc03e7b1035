import { isUtf8 } from 'node:buffer';
import { invalidText, tooLongMessage } from '../read/read-records.ts';
import type { XmlPiece } from '../read/split-xml.ts';
import { RecordProblem } from '../sample/import-error.ts';

/** Where each attribute's value lies in the row's text: [start, end), entities not yet decoded. */
type AttributeSpans = Map<string, [start: number, end: number]>;

/** One `<row …/>` of a dump: attributes are decoded on demand, since most are never looked at. */
export class StackExchangeRow {
  readonly #bytes: Buffer;
  readonly #spans: AttributeSpans;

  private constructor(bytes: Buffer, spans: AttributeSpans) {
    this.#bytes = bytes;
    this.#spans = spans;
  }

  /** Reads a row from its start tag; throws `RecordProblem` when it is broken. */
  static read(bytes: Buffer): StackExchangeRow {
    // One character per byte: offsets stay those of the bytes, and searching is fast.
    const text = bytes.toString('latin1');
    const spans: AttributeSpans = new Map();
    if (!/^<row[\s/>]/.test(text.slice(0, 5))) throw new RecordProblem('not a <row>');
    let at = 4;
    for (;;) {
      const next = skipSpaces(text, at);
      if (text[next] === '>' || text.startsWith('/>', next))
        return new StackExchangeRow(bytes, spans);
      if (next === at) throw brokenRow(text, at, spans);
      at = readAttribute(text, next, spans);
    }
  }

  /** The row that was cut out of a dump; throws `RecordProblem` when it is none. */
  static ofPiece({ kind, bytes, byte }: XmlPiece): StackExchangeRow {
    if (!bytes) throw new RecordProblem(tooLongMessage('the row'));
    if (kind !== 'row')
      throw new RecordProblem(`not a <row>: "${bytes.toString('utf8', 0, 30).trim()}"`);
    if (!isUtf8(bytes)) throw new RecordProblem(invalidText(bytes, byte));
    return StackExchangeRow.read(bytes);
  }

  /** A text attribute, entities decoded; `undefined` when it is absent. */
  text(name: string): string | undefined {
    const span = this.#spans.get(name);
    return span && decodeXmlText(this.#bytes.toString('utf8', span[0], span[1]));
  }

  /** Where the value of an attribute lies in the row's bytes, entities not yet decoded. */
  place(name: string): { bytes: Buffer; start: number; end: number } | undefined {
    const span = this.#spans.get(name);
    return span && { bytes: this.#bytes, start: span[0], end: span[1] };
  }

  /** A whole-number attribute; throws `RecordProblem` when it is anything else. */
  optionalInteger(name: string): number | undefined {
    const span = this.#spans.get(name);
    if (!span) return undefined;
    const digits = digitsIn(this.#bytes, span[0], span[1]);
    if (digits !== undefined) return digits;
    const text = this.#bytes.toString('latin1', span[0], span[1]);
    const value = Number(text);
    if (/^[+-]?\d+$/.test(text) && Number.isSafeInteger(value)) return value;
    throw new RecordProblem(`${name} is "${text.slice(0, 40)}", expected a whole number`);
  }

  /** A whole-number attribute that every such row has; throws `RecordProblem`. */
  integer(name: string): number {
    const value = this.optionalInteger(name);
    if (value === undefined) throw new RecordProblem(`the row has no ${name}`);
    return value;
  }
}

const mostDigits = 15;

/** A number of digits alone, as nearly all are; `undefined` for any other, which is looked at closer. */
function digitsIn(bytes: Buffer, start: number, end: number): number | undefined {
  if (end === start || end - start > mostDigits) return undefined;
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = (bytes[at] ?? 0) - 0x30;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return value;
}

const namedEntities = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['#xA', '\n'],
  ['apos', "'"],
  ['amp', '&'],
]);

/** Decodes the five named entities of XML and numeric ones; anything else stays as it is. */
function decodeXmlText(text: string): string {
  if (!text.includes('&')) return text.toWellFormed();
  // Cut at what may be an entity: faster than a replacement of each, or a callback.
  const [first = '', ...parts] = text.split('&');
  let decoded = first;
  for (const part of parts) {
    const end = part.indexOf(';');
    const character = decodeEntity(part.slice(0, Math.max(0, end)));
    decoded += character === undefined ? `&${part}` : character + part.slice(end + 1);
  }
  return decoded.toWellFormed();
}

function decodeEntity(name: string): string | undefined {
  const named = namedEntities.get(name);
  if (named !== undefined || !name.startsWith('#')) return named;
  const [, hex, decimal] = /^#(?:x([0-9a-fA-F]{1,6})|(\d{1,7}))$/.exec(name) ?? [];
  if (hex === undefined && decimal === undefined) return undefined;
  const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
  return code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
}

function readAttribute(text: string, start: number, spans: AttributeSpans): number {
  const equals = text.indexOf('=', start);
  const name = equals === -1 ? '' : text.slice(start, equals).trimEnd();
  const opening = skipSpaces(text, equals + 1);
  const quote = text[opening];
  const isName = isAttributeName(name);
  if (!isName || (quote !== '"' && quote !== "'")) throw brokenRow(text, start, spans);
  const end = text.indexOf(quote, opening + 1);
  if (end === -1) throw new RecordProblem(`the row is cut off inside ${name}`);
  if (spans.has(name)) throw new RecordProblem(`the row has ${name} twice`);
  spans.set(name, [opening + 1, end]);
  return end + 1;
}

/** Rows have the same few names: each is looked at once. */
const knownNames = new Set<string>();
const mostKnownNames = 100;

function isAttributeName(name: string): boolean {
  if (knownNames.has(name)) return true;
  if (name.length >= 64 || !/^[A-Za-z_][\w.:-]*$/.test(name)) return false;
  if (knownNames.size < mostKnownNames) knownNames.add(name);
  return true;
}

function skipSpaces(text: string, start: number): number {
  let at = start;
  while (text.charCodeAt(at) <= 0x20) at++;
  return at;
}

function brokenRow(text: string, at: number, spans: AttributeSpans): RecordProblem {
  const last = [...spans.keys()].at(-1);
  const where = last ? `after ${last}` : 'at its start';
  const rest = text.slice(at, at + 30);
  return new RecordProblem(
    rest.trim() === '' ? `the row is cut off ${where}` : `the row is broken ${where}: "${rest}"`,
  );
}
