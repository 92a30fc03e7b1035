import { basename } from 'node:path';
import type { ImportFormat } from '../../../../../shared/contract/curate.ts';
import { RecordProblem } from '../sample/import-error.ts';
import type { ImportOutput } from '../sample/import-output.ts';
import { parseAlpaca } from './alpaca.ts';
import { parseLima } from './lima.ts';
import { parseOpenAi } from './openai-messages.ts';
import { parseShareGpt } from './sharegpt.ts';
import {
  sourceFromFileName,
  type ParsedConversation,
  type ParsedSample,
} from '../sample/parsed-sample.ts';
import {
  badLineOf,
  readJsonRecords,
  type JsonRecord,
  type RecordFault,
} from '../read/read-records.ts';

type JsonFormat = Exclude<ImportFormat, 'stack-exchange'>;

const parsers: Record<JsonFormat, (value: unknown) => ParsedConversation> = {
  messages: parseOpenAi,
  alpaca: parseAlpaca,
  sharegpt: parseShareGpt,
  lima: parseLima,
};

/** How one JSON file is read. */
export interface RecordsOptions {
  path: string;
  format: JsonFormat;
  /** Names the source of records that name none; the file's name when it is missing. */
  source: string | undefined;
}

/** Imports the records of a JSON file; broken ones are reported and skipped. */
export async function importRecords(
  chunks: AsyncIterable<Buffer>,
  options: RecordsOptions,
  output: ImportOutput,
): Promise<void> {
  for await (const records of readJsonRecords(chunks)) {
    for (const record of records) {
      output.lastLine = record.line;
      const sample = sampleOf(record, options);
      const isRow = !('isOfFile' in sample);
      if (isRow) output.countRow();
      if ('problem' in sample) await output.addBadLine(badLineOf(sample), isRow ? 1 : 0);
      else await output.addSample(sample);
    }
    await output.tick();
  }
}

function sampleOf(record: JsonRecord, options: RecordsOptions): ParsedSample | RecordFault {
  if ('problem' in record) return record;
  const { line } = record;
  const file = basename(options.path);
  try {
    const parsed = parsers[options.format](record.value);
    const source = parsed.source ?? options.source ?? sourceFromFileName(options.path);
    return { ...parsed, source, provenance: { file, line } };
  } catch (error) {
    if (error instanceof RecordProblem) return { line, problem: error.message };
    throw error;
  }
}
