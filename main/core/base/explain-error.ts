import { randomUUID } from 'node:crypto';
import { isErrorCode, type ErrorCode } from '../../../shared/contract/errors.ts';
import type { JobError } from '../../../shared/domain/job.ts';
import { AppError } from './app-error.ts';
import type { Log } from './log.ts';

interface CodedError extends Error {
  code: string;
  data?: Record<string, unknown>;
}

const isCoded = (error: unknown): error is CodedError =>
  error instanceof Error && typeof (error as Partial<CodedError>).code === 'string';

// Codes of engines, parsers and the operating system, in the contract's words.
const translations: Record<string, ErrorCode> = {
  ENOSPC: 'DISK_FULL',
  EFBIG: 'DISK_FULL',
  EDQUOT: 'DISK_FULL',
  SQLITE_FULL: 'DISK_FULL',
  SQLITE_CORRUPT: 'PROJECT_INVALID',
  SQLITE_NOTADB: 'PROJECT_INVALID',
  SQLITE_READONLY: 'FILE_UNREADABLE',
  SQLITE_IOERR: 'FILE_UNREADABLE',
  SQLITE_CANTOPEN: 'FILE_UNREADABLE',
  ENOENT: 'FILE_NOT_FOUND',
  ENOTDIR: 'FILE_NOT_FOUND',
  EACCES: 'FILE_UNREADABLE',
  EPERM: 'FILE_UNREADABLE',
  EROFS: 'FILE_UNREADABLE',
  EIO: 'FILE_UNREADABLE',
  EISDIR: 'FILE_UNREADABLE',
  ELOOP: 'FILE_UNREADABLE',
  ENAMETOOLONG: 'INVALID_INPUT',
  EEXIST: 'FILE_EXISTS',
  UNREADABLE_FILE: 'FILE_UNREADABLE',
  UNSUPPORTED_FORMAT: 'FILE_FORMAT_UNKNOWN',
  GGUF_INVALID: 'MODEL_INVALID',
  GGUF_TRUNCATED: 'MODEL_INVALID',
  GGUF_UNREADABLE: 'MODEL_MISSING',
  MODEL_TRUNCATED: 'MODEL_INVALID',
  MODEL_UNREADABLE: 'MODEL_MISSING',
  ADAPTER_UNREADABLE: 'MODEL_INVALID',
  UNSUPPORTED_ARCHITECTURE: 'MODEL_INVALID',
  UNSUPPORTED_QUANTIZATION: 'MODEL_INVALID',
  CHECKPOINT_FAILED: 'FILE_UNREADABLE',
  RESUME_REFUSED: 'INVALID_STATE',
  EXPORT_REFUSED: 'INVALID_INPUT',
  ENGINE_SILENT: 'ENGINE_CRASHED',
};

const engineCodes =
  /^(ENGINE_|PROMPT_|TEMPLATE_|IMPORT_|SAMPLE_|DEVICE_|CONTEXT_|OUT_OF_MEMORY|CANCELLED)/;

/** The contract's code for a foreign one; SQLite's codes have endings such as SQLITE_IOERR_WRITE. */
function toErrorCode(foreign: string): ErrorCode | undefined {
  const known = isErrorCode(foreign) ? foreign : undefined;
  if (known) return known;
  const family = foreign.replace(/^(SQLITE_[A-Z]+)_.*$/, '$1');
  return translations[family] ?? (engineCodes.test(foreign) ? 'ENGINE_FAILED' : undefined);
}

const wasClosedMeanwhile = (error: unknown) =>
  error instanceof TypeError && error.message === 'The database connection is not open';

/** The declared error behind anything thrown, or `undefined` for a bug of ours. */
export function explainError(error: unknown): AppError | undefined {
  if (error instanceof AppError) return error;
  // Cleaning up failed as well: what came first is what a person can act on.
  if (error instanceof SuppressedError)
    return explainError(error.suppressed) ?? explainError(error.error);
  if (wasClosedMeanwhile(error))
    return new AppError('NO_PROJECT', 'The project was closed meanwhile: open it and try again');
  if (!isCoded(error)) return undefined;
  const code = toErrorCode(error.code);
  if (!code) return undefined;
  return new AppError(code, wordsFor(error, code), {
    cause: error.code,
    ...plainValues(error.data),
  });
}

function wordsFor({ code: foreign, message }: CodedError, code: ErrorCode): string {
  if (code === 'DISK_FULL' && foreign !== 'DISK_FULL')
    return `The disk is full: nothing was lost, but the last step was not stored (${message}). Free some space and try again.`;
  if (foreign.startsWith('SQLITE_'))
    return `The project file cannot be read or written (${foreign}: ${message}). Check its disk and its permissions, then open it again.`;
  if (foreign === 'ENGINE_CRASHED')
    return `${message} What it had finished is stored; start it again. If it happens again, the machine may be out of memory.`;
  return message;
}

function plainValues(data: Record<string, unknown> | undefined): AppError['data'] {
  const entries = Object.entries(data ?? {}).filter(
    (entry): entry is [string, string | number | boolean | null] =>
      entry[1] === null || ['string', 'number', 'boolean'].includes(typeof entry[1]),
  );
  return Object.fromEntries(entries);
}

/** Logs a bug with its stack, which never crosses, and returns what a person may be told. */
export function logIncident(
  error: unknown,
  where: string,
  log: Log,
): { incidentId: string; message: string } {
  const incidentId = randomUUID().slice(0, 8);
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  log.write(`incident ${incidentId} in ${where}: ${text}`);
  const message = `Something went wrong inside Lima Workbench (incident ${incidentId}; see ${log.path})`;
  return { incidentId, message };
}

/** How a job remembers why it failed. */
export function toJobError(error: unknown, where: string, log: Log): JobError {
  const known = explainError(error);
  if (!known)
    return { code: 'INTERNAL', message: logIncident(error, where, log).message, detail: '' };
  const stderr = known.data['stderr'];
  return {
    code: known.code,
    message: known.message,
    detail: typeof stderr === 'string' ? stderr : '',
  };
}
