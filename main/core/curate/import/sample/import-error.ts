import type { ErrorCode } from '../../../../../shared/contract/errors.ts';

/** Why a whole file cannot be imported: what cannot be opened, or what cannot be understood. */
export type ImportErrorCode = Extract<
  ErrorCode,
  'FILE_NOT_FOUND' | 'FILE_UNREADABLE' | 'FILE_FORMAT_UNKNOWN' | 'ENGINE_FAILED' | 'DISK_FULL'
>;

/** A file that cannot be imported at all; a single bad record is a `RecordProblem` instead. */
export class ImportError extends Error {
  readonly code: ImportErrorCode;
  constructor(code: ImportErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ImportError';
    this.code = code;
  }
}

/** One record that cannot become a sample: reported with its line number, and skipped. */
export class RecordProblem extends Error {
  override readonly name = 'RecordProblem';
}

/** A file holds more of something than any data set does; its reader stops there. */
export class ReadLimitError extends Error {
  override readonly name = 'ReadLimitError';

  /** `line` is where it was noticed; `undefined` when no line can be named. */
  constructor(line: number | undefined, problem: string) {
    super(line === undefined ? problem : `line ${line}: ${problem}`);
  }
}

/** Runs `read` and names the file in what a reader below knows only by its line. */
export async function inFile<Result>(path: string, read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof ReadLimitError)) throw error;
    throw new ImportError('FILE_UNREADABLE', `${path}, ${error.message}`, { cause: error });
  }
}
