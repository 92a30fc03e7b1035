import type { VoteFile } from '../../../../shared/domain/evaluate/verdict-statistics.ts';
import { formatBytes, formatCount } from '../../../../shared/text/numbers.ts';
import {
  type QualityVerdict,
  statisticsOfGrades,
} from '../../../../shared/stats/rating-statistics.ts';
import type { PairVerdict } from '../../../../shared/stats/pair-verdict.ts';
import { statisticsOfVerdicts } from '../../../../shared/stats/verdict-statistics.ts';
import { AppError } from '../../base/app-error.ts';
import { untilAborted } from '../../base/streams.ts';
import { isObject } from '../../curate/import/formats/record-fields.ts';
import { ByteSource } from '../../curate/import/read/byte-source.ts';
import { delimiterOf, readCsvRows, withStart } from '../../curate/import/read/read-csv.ts';
import { readJsonRecords } from '../../curate/import/read/read-records.ts';
import { inFile, ReadLimitError, RecordProblem } from '../../curate/import/sample/import-error.ts';
import type { BadLine } from '../../curate/import/sample/parsed-sample.ts';
import { gradeOfRow, isGrade, isOnSafety, verdictOfRow, verdictsOfReportText } from './vote-row.ts';

const limits = { verdicts: 1_000_000, keptBadLines: 1000, reportBytes: 256 * 1024 ** 2 };
/** A report is one object: read record by record, the lists in it would be taken for its records. */
const reportStart = /^\s*\{\s*"format"\s*:\s*"lima-(?:evaluation|study)-report"/;

/**
 * Statistics of a file of votes: AlpacaEval's annotations, our own report (JSON) or table of votes,
 * Chatbot Arena's battles; JSON, JSON Lines, CSV or TSV, plain or compressed. With `authors` only
 * their votes count. FILE_FORMAT_UNKNOWN with what is wrong with the first row where none is a vote.
 */
export async function statisticsOfFile(
  path: string,
  authors: readonly string[],
  signal?: AbortSignal,
): Promise<VoteFile> {
  const table = await readVoteTable(path, signal);
  const { read, badLines, badLinesTotal } = table;
  const isCounted = ({ author }: { author: string }) =>
    authors.length === 0 || authors.includes(author);
  const counted = table.verdicts.filter(isCounted);
  const grades = table.grades.filter(isCounted);
  if (counted.length + grades.length === 0) refuseEmpty(path, table, authors);
  return {
    read,
    unusable: badLinesTotal,
    errors: badLines,
    ...statisticsOfVerdicts(counted),
    quality: statisticsOfGrades(grades),
  };
}

interface VoteTable {
  verdicts: PairVerdict[];
  grades: QualityVerdict[];
  read: number;
  badLines: BadLine[];
  badLinesTotal: number;
}

/** The verdicts of a file, and the rows that hold none: the first thousand, and how many in all. */
async function readVoteTable(path: string, signal?: AbortSignal): Promise<VoteTable> {
  return await inFile(path, async () => {
    const source = await ByteSource.open(path);
    const chunks = untilAborted(source.chunks(), signal);
    const table = new VoteTableReader();
    const { start, whole } = await withStart(chunks);
    const text = start.toString('utf8');
    if (reportStart.test(text)) table.addReport(await wholeReport(whole));
    else if (/^\s*[[{]/.test(text)) await readJsonVotes(whole, table);
    else await readCsvVotes(whole, delimiterOf(start), table);
    if (source.damage)
      table.addBad({ line: table.read + 1, message: `the file ends early: ${source.damage}` });
    return table;
  });
}

class VoteTableReader implements VoteTable {
  readonly verdicts: PairVerdict[] = [];
  readonly grades: QualityVerdict[] = [];
  readonly badLines: BadLine[] = [];
  badLinesTotal = 0;
  read = 0;

  add(line: number, value: unknown): void {
    this.read += 1;
    try {
      if (!isObject(value)) throw new RecordProblem('the row is no object with named fields');
      if (this.verdicts.length + this.grades.length === limits.verdicts)
        throw new ReadLimitError(line, `there are more than ${formatCount(limits.verdicts)} votes`);
      const row = lowerCased(value);
      if (isOnSafety(row)) return;
      if (isGrade(row)) this.grades.push(gradeOfRow(row, this.read));
      else this.verdicts.push(verdictOfRow(row, this.read));
    } catch (error) {
      if (!(error instanceof RecordProblem)) throw error;
      this.addBad({ line, message: error.message });
    }
  }

  /** Every standing vote of a report is a row. */
  addReport(text: string): void {
    try {
      for (const verdict of verdictsOfReportText(text)) this.verdicts.push(verdict);
      this.read = this.verdicts.length;
    } catch (error) {
      if (!(error instanceof RecordProblem)) throw error;
      this.addBad({ line: 1, message: error.message });
    }
  }

  addBad(badLine: BadLine): void {
    this.badLinesTotal += 1;
    if (this.badLines.length < limits.keptBadLines) this.badLines.push(badLine);
  }
}

const lowerCased = (row: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name.trim().toLowerCase(), value]),
  );

async function readJsonVotes(chunks: AsyncIterable<Buffer>, table: VoteTableReader): Promise<void> {
  // As exports of AlpacaEval's leaderboard wrap them.
  for await (const records of readJsonRecords(chunks, 'annotations'))
    for (const record of records) {
      if ('value' in record) table.add(record.line, record.value);
      else {
        if (!record.isOfFile) table.read += 1;
        table.addBad({ line: record.line, message: record.problem });
      }
    }
}

async function wholeReport(chunks: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of chunks) {
    sizeBytes += chunk.length;
    if (sizeBytes > limits.reportBytes)
      throw new ReadLimitError(
        undefined,
        `the report is longer than ${formatBytes(limits.reportBytes)}: use its votes as a table (--format csv)`,
      );
    parts.push(chunk);
  }
  return Buffer.concat(parts).toString('utf8');
}

async function readCsvVotes(
  chunks: AsyncIterable<Buffer>,
  delimiter: string,
  table: VoteTableReader,
): Promise<void> {
  for await (const row of readCsvRows(chunks, delimiter)) {
    if ('record' in row) table.add(row.line, row.record);
    else {
      table.read += 1;
      table.addBad({ line: row.line, message: row.problem });
    }
  }
}

function refuseEmpty(
  path: string,
  { verdicts, grades, badLines: [first] }: VoteTable,
  authors: readonly string[],
): never {
  const known = [...new Set([...verdicts, ...grades].map(({ author }) => author))];
  if (known.length > 0)
    throw new AppError(
      'INVALID_INPUT',
      `${path} holds no vote of ${authors.join(', ')}; its authors are: ${known.slice(0, 20).join(', ')}.`,
      { path },
    );
  throw new AppError(
    'FILE_FORMAT_UNKNOWN',
    `${path} holds no vote. Read are AlpacaEval's annotations.json, a report of an evaluation as JSON, ` +
      `and tables (CSV, TSV, JSON) with system_a, system_b, and verdict or preference_a, or with system ` +
      `and grade. ` +
      (first ? `Line ${first.line}: ${first.message}.` : 'The file is empty.'),
    { path },
  );
}
