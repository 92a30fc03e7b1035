import { pipeline, Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { maxRecordBytes } from './read-lines.ts';

/** A row of a table by the names of its first line, or what is wrong with the table from a line on. */
export type CsvRow = { line: number; record: unknown } | { line: number; problem: string };

/** The rows of a table one after the other; what cannot be read ends it. */
export async function* readCsvRows(
  chunks: AsyncIterable<Buffer>,
  delimiter: string,
): AsyncGenerator<CsvRow> {
  const parser = parse({
    bom: true,
    columns: true,
    delimiter,
    info: true,
    max_record_size: maxRecordBytes,
    relax_column_count: true,
    skip_empty_lines: true,
  });
  // What ends the bytes is thrown by the loop below; that the loop ends them is no news.
  const rows: AsyncIterable<{ record: unknown; info: { lines: number } }> = pipeline(
    Readable.from(chunks),
    parser,
    () => undefined,
  );
  let line = 0;
  try {
    for await (const { record, info } of rows) {
      line = info.lines;
      yield { line, record };
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    yield { line: Number(error['lines']) || line + 1, problem: error.message };
  }
}

/** The delimiter that the line of names has most of; a comma where it has none. */
export function delimiterOf(start: Buffer): string {
  const [names = ''] = start.toString('utf8').split(/\r?\n/, 1);
  const counted = [',', ';', '\t'].map((delimiter) => ({
    delimiter,
    count: names.split(delimiter).length,
  }));
  return counted.reduce((most, one) => (one.count > most.count ? one : most)).delimiter;
}

/** The start of a text, as far as something other than white space is in it, and all of it. */
export async function withStart(
  chunks: AsyncGenerator<Buffer>,
): Promise<{ start: Buffer; whole: AsyncGenerator<Buffer> }> {
  const parts: Buffer[] = [];
  for (;;) {
    const { value, done } = await chunks.next();
    if (done !== true) parts.push(value);
    if (done === true || value.toString('latin1').trim() !== '') break;
  }
  const start = Buffer.concat(parts);
  return { start, whole: replay(start, chunks) };
}

async function* replay(first: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  yield* rest;
}
