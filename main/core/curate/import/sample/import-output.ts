import { cutText } from '../../../../../shared/text/foreign-text.ts';
import { formatCount } from '../../../../../shared/text/numbers.ts';
import { ReadLimitError } from './import-error.ts';
import type { BadLine, ParsedSample } from './parsed-sample.ts';

/** How far an import is. */
export interface ImportProgress {
  /** Bytes of the file as it lies on disk, compressed or not. */
  bytesRead: number;
  totalBytes: number;
  /** Bytes that came out of a compressed file so far; `undefined` for a plain one. */
  unpackedBytes: number | undefined;
  /** Rows of the file that were read so far. */
  read: number;
  bad: number;
  /** Of all the work, 0 to 1: a dump is read first and its questions are joined afterwards. */
  fraction: number;
}

/** What leaves the reader at once: it goes on when all of it was taken. */
export interface ImportBatch {
  samples: ParsedSample[];
  badLines: BadLine[];
  progress: ImportProgress;
}

/** What became of the rows that are in no sample, by reason. */
export interface RowCounts {
  rows: number;
  samples: number;
  bad: number;
  leftOut: Record<string, number>;
  unusable: Record<string, number>;
  /** Fields that hold something and were not read, with the number of samples that have them. */
  ignoredFields: Record<string, number>;
}

/** How much of the file was read. */
type ReadBytes = Pick<ImportProgress, 'bytesRead' | 'totalBytes' | 'unpackedBytes'>;

const batchRecords = 200;
const batchCharacters = 1_000_000;
const progressIntervalMs = 100;
/** So many bad records with no good one among them: it is another kind of file. */
const maxBadInARow = 1_000_000;
/** More reasons than a person reads: what comes after them is counted as one. */
const maxReasons = 100;
const otherReasons = 'other reasons';

/** Gathers samples and bad lines into batches and hands each over before it takes more. */
export class ImportOutput {
  readonly #source: Readonly<ReadBytes>;
  readonly #post: (batch: ImportBatch) => Promise<void>;
  #waiting: Pick<ImportBatch, 'samples' | 'badLines'> = { samples: [], badLines: [] };
  #waitingCharacters = 0;
  #lastPostMs = performance.now();
  #samples = 0;
  #bad = 0;
  #badInARow = 0;
  #rows = 0;
  readonly #leftOut = new Map<string, number>();
  readonly #unusable = new Map<string, number>();
  readonly #ignoredFields = new Map<string, number>();
  /** Share of the work that is done when the file is read: 1 unless a second pass follows. */
  readShare = 1;
  /** The last line that was read. */
  lastLine = 1;
  /** How far the second pass is, 0 to 1. */
  secondPassFraction = 0;

  constructor(source: Readonly<ReadBytes>, post: (batch: ImportBatch) => Promise<void>) {
    this.#source = source;
    this.#post = post;
  }

  /** Rows, and what became of them, so far. */
  get counts(): RowCounts {
    return {
      rows: this.#rows,
      samples: this.#samples,
      bad: this.#bad,
      leftOut: Object.fromEntries(this.#leftOut),
      unusable: Object.fromEntries(this.#unusable),
      ignoredFields: Object.fromEntries(this.#ignoredFields),
    };
  }

  /** Notes that the file has another row, whatever becomes of it. */
  countRow(): void {
    this.#rows++;
  }

  /** Notes rows that make no sample though nothing is wrong with them. */
  leaveOut(reason: string, rows: number): void {
    addTo(this.#leftOut, reason, rows);
  }

  /** Notes fields of a sample that were not read. */
  noteIgnored(names: readonly string[]): void {
    for (const name of names) addTo(this.#ignoredFields, cutText(name, 60), 1, 'other fields');
  }

  /** Takes a sample; resolves when there is room for the next. */
  async addSample(sample: ParsedSample): Promise<void> {
    this.#samples++;
    this.countGoodRecord();
    this.#waiting.samples.push(sample);
    for (const message of sample.messages) this.#waitingCharacters += message.content.length;
    await this.#flushWhenFull();
  }

  /** Notes that a record was good, where it becomes a sample only later or never. */
  countGoodRecord(): void {
    this.#badInARow = 0;
  }

  /**
   * Takes the report of a record that was skipped, with the rows that it is made of: none where it
   * is about the file. Throws ReadLimitError after a million of them.
   */
  async addBadLine(badLine: BadLine, rows = 1): Promise<void> {
    this.#bad++;
    addTo(this.#unusable, reasonOf(badLine.message, rows), rows);
    if (++this.#badInARow > maxBadInARow)
      throw new ReadLimitError(
        badLine.line,
        `${formatCount(maxBadInARow)} records in a row are none (the last: ${badLine.message})`,
      );
    this.#waiting.badLines.push(badLine);
    await this.#flushWhenFull();
  }

  /** Tells how far the import is, a few times a second however often it is called. */
  async tick(): Promise<void> {
    if (performance.now() - this.#lastPostMs >= progressIntervalMs) await this.flush();
  }

  /** Hands over what is waiting. */
  async flush(): Promise<void> {
    const batch = { ...this.#waiting, progress: this.#progress() };
    this.#waiting = { samples: [], badLines: [] };
    this.#waitingCharacters = 0;
    await this.#post(batch);
    this.#lastPostMs = performance.now();
  }

  async #flushWhenFull(): Promise<void> {
    const { samples, badLines } = this.#waiting;
    const records = samples.length + badLines.length;
    if (records >= batchRecords || this.#waitingCharacters >= batchCharacters) await this.flush();
  }

  #progress(): ImportProgress {
    const { bytesRead, totalBytes, unpackedBytes } = this.#source;
    const readFraction = totalBytes === 0 ? 1 : bytesRead / totalBytes;
    return {
      bytesRead,
      totalBytes,
      unpackedBytes,
      read: this.#rows,
      bad: this.#bad,
      fraction: readFraction * this.readShare + this.secondPassFraction * (1 - this.readShare),
    };
  }
}

function addTo(
  counts: Map<string, number>,
  reason: string,
  rows: number,
  other = otherReasons,
): void {
  if (rows === 0) return;
  const kept = counts.has(reason) || counts.size < maxReasons ? reason : other;
  counts.set(kept, (counts.get(kept) ?? 0) + rows);
}

/** Values in a message would make every reason its own: digits and quotes are left out. */
function reasonOf(message: string, rows: number): string {
  const reason = message.replaceAll(/["“][^"”]*["”]/g, '…').replaceAll(/\d[\d,.]*/g, 'N');
  return rows > 1 ? `${reason}, with its question` : reason;
}
