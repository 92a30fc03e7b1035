import { isUtf8 } from 'node:buffer';
import { formatBytes } from '../../../../../shared/text/numbers.ts';
import { undecodableByte, validUtf8Bytes } from './encoding.ts';
import { maxRecordBytes, withoutByteOrderMark } from './read-lines.ts';
import { JsonSplitter, type JsonPiece } from './split-json.ts';
import type { BadLine } from '../sample/parsed-sample.ts';

/** What is wrong at a line: with a record, or with the file as a whole. */
export interface RecordFault {
  line: number;
  problem: string;
  isOfFile?: true;
}

/** One JSON value of a file, or why there is none at that line. */
export type JsonRecord = { line: number; value: unknown } | RecordFault;

/**
 * Reads the records of a JSON file one after the other, in batches, however they are laid out; an
 * object around them may have them under `alsoWrapping`, too.
 */
export async function* readJsonRecords(
  chunks: AsyncIterable<Buffer>,
  alsoWrapping?: string,
): AsyncGenerator<JsonRecord[]> {
  const splitter = new JsonSplitter(maxRecordBytes, alsoWrapping);
  for await (const chunk of chunks) yield splitter.push(chunk).map(recordOf);
  const last = splitter.end();
  if (last.length > 0) yield last.map(recordOf);
}

/** The message for a line or element that is longer than the limit. */
export function tooLongMessage(what: string): string {
  return `${what} is longer than ${formatBytes(maxRecordBytes)}; it was skipped`;
}

function recordOf(piece: JsonPiece): JsonRecord {
  const { line, ordinal, bytes, problem, isOfFile } = piece;
  if (isOfFile) return { line, problem: problem ?? '', isOfFile };
  const label = ordinal === undefined ? 'the line' : `element ${ordinal}`;
  const prefix = ordinal === undefined ? '' : `${label}: `;
  if (problem !== undefined)
    return { line, problem: problem.startsWith('not valid') ? prefix + problem : problem };
  if (!bytes) return { line, problem: tooLongMessage(label) };
  if (!isUtf8(bytes)) return { line, problem: prefix + invalidText(bytes, piece.byte) };
  // Files that were put together have the mark in their midst.
  const read = parseJson(withoutByteOrderMark(bytes).toString('utf8'), piece.names);
  return 'problem' in read ? { line, problem: prefix + read.problem } : { line, ...read };
}

/** What to say of text that is not in the encoding of the rest, with the place. */
export function invalidText(bytes: Buffer, offset: number): string {
  const at = validUtf8Bytes(bytes);
  const byte = bytes[at] ?? 0;
  const before = bytes.toString('utf8', 0, at).slice(-20).toWellFormed();
  if (byte === undecodableByte)
    return `not in the encoding of the file behind “${before}”: name another one, or convert the file to UTF-8`;
  const value = byte.toString(16).padStart(2, '0');
  return `not UTF-8 at byte ${offset + at + 1} (0x${value}): convert the file to UTF-8 and import it again`;
}

const twice = 'a field of it stands there twice, and only one of the two would be read';

function parseJson(text: string, names: number | undefined): { value: unknown } | BadJson {
  const read = parsed(text);
  if ('problem' in read || names === undefined || countNames(read.value) === names) return read;
  return { problem: twice };
}

interface BadJson {
  problem: string;
}

function parsed(text: string): { value: unknown } | BadJson {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    const plain = /\b(?:NaN|Infinity)\b/.test(text) ? withoutNonNumbers(text) : text;
    if (plain !== text) return parsed(plain);
    // What the engine quotes of the text would make every reason its own.
    const reason = String(error instanceof Error ? error.message : error);
    return {
      problem: `not valid JSON: ${reason.replace(/, (?:\.{3})?".*$| \(line \d+ column \d+\)$/s, '')}`,
    };
  }
}

/** Python writes NaN and Infinity, as JSON cannot: outside of texts they are read as nothing. */
function withoutNonNumbers(text: string): string {
  const parts: string[] = [];
  for (let at = 0; at < text.length;) {
    const open = text.indexOf('"', at);
    const end = open === -1 ? text.length : open;
    parts.push(text.slice(at, end).replaceAll(/-?\b(?:NaN|Infinity)\b/g, 'null'));
    at = open === -1 ? end : endOfText(text, open);
    parts.push(text.slice(end, at));
  }
  return parts.join('');
}

function endOfText(text: string, open: number): number {
  for (let at = text.indexOf('"', open + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let slashes = 0;
    while (text[at - 1 - slashes] === '\\') slashes++;
    if (slashes % 2 === 0) return at + 1;
  }
  return text.length;
}

/** How many fields a value has, at any depth: nesting is bounded by who cut it out. */
function countNames(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const values = Object.values(value);
  const own = Array.isArray(value) ? 0 : values.length;
  return values.reduce<number>((sum, each) => sum + countNames(each), own);
}

/** A record that was skipped, as it is reported. */
export function badLineOf(record: RecordFault): BadLine {
  return { line: record.line, message: record.problem };
}
