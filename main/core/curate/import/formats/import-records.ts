import { basename } from 'node:path';
import { RecordProblem } from '../sample/import-error.ts';
import type { ImportOutput } from '../sample/import-output.ts';
import { finishConversation } from '../sample/finish-conversation.ts';
import type { Message } from '../../../../../shared/domain/message.ts';
import { limaMessages, turnMessages } from './conversations.ts';
import { formatOfRecord, type JsonFormat } from './detect-format.ts';
import { pairMessages } from './pairs.ts';
import { areKto, RecordFields } from './record-fields.ts';
import { sourceFromFileName, type ParsedSample } from '../sample/parsed-sample.ts';
import {
  badLineOf,
  readJsonRecords,
  type JsonRecord,
  type RecordFault,
} from '../read/read-records.ts';

const readers: Record<JsonFormat, (fields: RecordFields) => Message[]> = {
  messages: (fields) => turnMessages(fields, 'messages'),
  sharegpt: (fields) => turnMessages(fields, 'conversations'),
  lima: limaMessages,
  alpaca: pairMessages,
  pairs: pairMessages,
};

/** How one JSON file is read. */
export interface RecordsOptions {
  path: string;
  format: JsonFormat;
  /** Whether each record is read by its own shape, where it has one. */
  isAuto: boolean;
  /** Names the source of records that name none; the file's name when it is missing. */
  source: string | undefined;
}

/** Imports the records of a JSON file; broken ones are reported and skipped. */
export async function importRecords(
  chunks: AsyncIterable<Buffer>,
  options: RecordsOptions,
  output: ImportOutput,
): Promise<void> {
  let isKto: boolean | undefined;
  for await (const records of readJsonRecords(chunks)) {
    if (records.length > 0)
      isKto ??= areKto(records.map((record) => ('value' in record ? record.value : undefined)));
    for (const record of records) {
      output.lastLine = record.line;
      const sample = sampleOf(record, options, isKto);
      const isRow = !('isOfFile' in sample);
      if (isRow) output.countRow();
      if ('problem' in sample) await output.addBadLine(badLineOf(sample), isRow ? 1 : 0);
      else {
        output.noteIgnored(sample.ignored);
        await output.addSample(sample.sample);
      }
    }
    await output.tick();
  }
}

function sampleOf(
  record: JsonRecord,
  options: RecordsOptions,
  isKto: boolean | undefined,
): { sample: ParsedSample; ignored: string[] } | RecordFault {
  if ('problem' in record) return record;
  const { line } = record;
  const file = basename(options.path);
  try {
    const fields = new RecordFields(record.value, isKto);
    const own = options.isAuto ? formatOfRecord(fields.record) : undefined;
    const conversation = finishConversation(readers[own ?? options.format](fields));
    refuseMediaMarks(conversation.messages);
    const { source: named, provenance } = fields.origin();
    const source = named ?? options.source ?? sourceFromFileName(options.path);
    const sample = { ...conversation, source, provenance: { ...provenance, file, line } };
    return { sample, ignored: fields.ignored };
  } catch (error) {
    if (error instanceof RecordProblem) return { line, problem: error.message };
    throw error;
  }
}

/** Throws `RecordProblem` for a mark of a picture or sound: not of an element, which has an end. */
function refuseMediaMarks(messages: readonly Message[]): void {
  for (const [index, { role, content }] of messages.entries()) {
    const mark = role === 'user' && /^<(image|video|audio)>|<(image|video|audio)>$/m.exec(content);
    if (mark && !content.includes(`</${mark[1] ?? mark[2]}>`))
      throw new RecordProblem(`message ${index + 1} has a mark ${mark[0]}; only text is read`);
  }
}
