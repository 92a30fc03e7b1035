import type { ErrorCode } from '../../../../../shared/contract/errors.ts';

/** Why a whole file cannot be imported: what cannot be opened, or what cannot be understood. */
export type ImportErrorCode = Extract<
  ErrorCode,
  'FILE_UNREADABLE' | 'FILE_FORMAT_UNKNOWN' | 'ENGINE_FAILED' | 'DISK_FULL'
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
