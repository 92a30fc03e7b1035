import { isUtf8 } from 'node:buffer';
import { formatBytes } from '../../../../../shared/text/numbers.ts';
import { validUtf8Bytes } from './encoding.ts';
import { maxRecordBytes } from './read-lines.ts';
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

/** Reads the records of a JSON file one after the other, in batches, however they are laid out. */
export async function* readJsonRecords(
  chunks: AsyncIterable<Buffer>,
): AsyncGenerator<JsonRecord[]> {
  const splitter = new JsonSplitter();
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
  const invalid = isUtf8(bytes) ? undefined : invalidText(bytes, piece.byte);
  return invalid === undefined
    ? parseRecord(line, bytes.toString('utf8'), prefix)
    : { line, problem: prefix + invalid };
}

/** What to say of text that is not in the encoding of the rest, with the place. */
export function invalidText(bytes: Buffer, offset: number): string {
  const at = validUtf8Bytes(bytes);
  const value = (bytes[at] ?? 0).toString(16).padStart(2, '0');
  return `not UTF-8 at byte ${offset + at + 1} (0x${value}): convert the file to UTF-8 and import it again`;
}

function parseRecord(line: number, text: string, prefix: string): JsonRecord {
  try {
    return { line, value: JSON.parse(text) as unknown };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { line, problem: `${prefix}not valid JSON: ${reason}` };
  }
}

/** A record that was skipped, as it is reported. */
export function badLineOf(record: RecordFault): BadLine {
  return { line: record.line, message: record.problem };
}
