import { errorCodes, type ErrorCode } from '../../shared/contract/errors.ts';
import type { JobError } from '../../shared/domain/job.ts';
import { AppError } from './app-error.ts';

interface CodedError extends Error {
  code: string;
  data?: Record<string, unknown>;
}

const isCoded = (error: unknown): error is CodedError =>
  error instanceof Error && typeof (error as Partial<CodedError>).code === 'string';

// Codes of engines, parsers and the operating system, in the contract's words.
const translations: Record<string, ErrorCode> = {
  ENOSPC: 'DISK_FULL',
  SQLITE_FULL: 'DISK_FULL',
  EDQUOT: 'DISK_FULL',
  ENOENT: 'FILE_NOT_FOUND',
  EACCES: 'FILE_UNREADABLE',
  EPERM: 'FILE_UNREADABLE',
  EISDIR: 'FILE_UNREADABLE',
  EEXIST: 'FILE_EXISTS',
  UNREADABLE_FILE: 'FILE_UNREADABLE',
  UNSUPPORTED_FORMAT: 'FILE_FORMAT_UNKNOWN',
  GGUF_INVALID: 'MODEL_INVALID',
  GGUF_TRUNCATED: 'MODEL_INVALID',
  GGUF_UNREADABLE: 'MODEL_MISSING',
  MODEL_TRUNCATED: 'MODEL_INVALID',
  MODEL_UNREADABLE: 'MODEL_MISSING',
  UNSUPPORTED_ARCHITECTURE: 'MODEL_INVALID',
  UNSUPPORTED_QUANTIZATION: 'MODEL_INVALID',
  ENGINE_SILENT: 'ENGINE_CRASHED',
};

const engineCodes = /^(ENGINE_|PROMPT_|TEMPLATE_|DIVERGED|IMPORT_)/;

/** The declared error behind anything thrown, or `undefined` for a bug of ours. */
export function explainError(error: unknown): AppError | undefined {
  if (error instanceof AppError) return error;
  if (!isCoded(error)) return undefined;
  const known = errorCodes.find((code) => code === error.code);
  const code =
    known ??
    translations[error.code] ??
    (engineCodes.test(error.code) ? 'ENGINE_FAILED' : undefined);
  if (!code) return undefined;
  const message =
    code === 'DISK_FULL' && error.code !== 'DISK_FULL'
      ? `The disk is full: nothing was lost, but the last step was not stored (${error.message}). Free some space and try again.`
      : error.message;
  return new AppError(code, message, { cause: error.code, ...plainValues(error.data) });
}

function plainValues(data: Record<string, unknown> | undefined): AppError['data'] {
  const entries = Object.entries(data ?? {}).filter(
    (entry): entry is [string, string | number | boolean | null] =>
      entry[1] === null || ['string', 'number', 'boolean'].includes(typeof entry[1]),
  );
  return Object.fromEntries(entries);
}

/** How a job remembers why it failed. */
export function toJobError(error: unknown): JobError {
  const known = explainError(error);
  if (known) {
    const stderr = known.data['stderr'];
    return {
      code: known.code,
      message: known.message,
      detail: typeof stderr === 'string' ? stderr : '',
    };
  }
  return {
    code: 'INTERNAL',
    message: error instanceof Error ? error.message : String(error),
    detail: error instanceof Error ? (error.stack ?? '') : '',
  };
}
