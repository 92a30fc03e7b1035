import { formatBytes } from '../../../../../shared/text/numbers.ts';
import { JsonArraySplitter, type ArrayElement } from './split-json-array.ts';
import { maxRecordBytes, readLines, type Line } from './read-lines.ts';
import type { BadLine } from '../sample/parsed-sample.ts';

/** How the records of a JSON file are laid out: one a line, or as the elements of one array. */
export type JsonContainer = 'json-lines' | 'json-array';

/** What is wrong at a line: with a record, or with the file as a whole. */
export interface RecordFault {
  line: number;
  problem: string;
  isOfFile?: true;
}

/** One JSON value of a file, or why there is none at that line. */
export type JsonRecord = { line: number; value: unknown } | RecordFault;

/** Reads the records of a JSON file one after the other, in batches. */
export async function* readJsonRecords(
  chunks: AsyncIterable<Buffer>,
  container: JsonContainer,
): AsyncGenerator<JsonRecord[]> {
  if (container === 'json-array') yield* readArrayRecords(chunks);
  else for await (const lines of readLines(chunks)) yield lines.flatMap(recordOfLine);
}

/** The message for a line or element that is longer than the limit. */
export function tooLongMessage(what: string): string {
  return `${what} is longer than ${formatBytes(maxRecordBytes)}; it was skipped`;
}

async function* readArrayRecords(chunks: AsyncIterable<Buffer>): AsyncGenerator<JsonRecord[]> {
  const splitter = new JsonArraySplitter();
  for await (const chunk of chunks) yield splitter.push(chunk).map(recordOfElement);
  const last = splitter.end();
  if (last) yield [recordOfElement(last)];
  const { line, isCutInElement } = splitter;
  if (splitter.hasMore)
    yield [
      { line, problem: 'the JSON array ends here: what follows was not read', isOfFile: true },
    ];
  if (splitter.isClosed) return;
  const problem = 'the JSON array is not closed: the file is cut off or a bracket is missing';
  yield [isCutInElement ? { line, problem } : { line, problem, isOfFile: true }];
}

function recordOfLine(line: Line): JsonRecord[] {
  if (!line.bytes) return [{ line: line.number, problem: tooLongMessage('the line') }];
  const text = line.bytes.toString('utf8');
  return text.trim() === '' ? [] : [parseRecord(line.number, text, '')];
}

function recordOfElement(element: ArrayElement): JsonRecord {
  const label = `element ${element.ordinal}`;
  if (!element.bytes) return { line: element.line, problem: tooLongMessage(label) };
  return parseRecord(element.line, element.bytes.toString('utf8'), `${label}: `);
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
