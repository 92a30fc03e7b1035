import { randomUUID } from 'node:crypto';
import { isErrorCode, type ErrorCode } from '../../../shared/contract/errors.ts';
import type { EngineErrorCode } from '../../engines/protocol/errors.ts';
import type { JobError } from '../../../shared/domain/job.ts';
import { AppError } from './app-error.ts';
import type { Log } from './log.ts';

interface CodedError extends Error {
  code: string;
  /** Of an error of the operating system. */
  path?: string;
  data?: Record<string, unknown>;
}

const isCoded = (error: unknown): error is CodedError =>
  error instanceof Error && typeof (error as Partial<CodedError>).code === 'string';

/** The contract's code for each an engine can fail with; a missing one does not compile. */
const engineCodes: Record<EngineErrorCode, ErrorCode> = {
  CANCELLED: 'ENGINE_FAILED',
  ENGINE_INTERNAL: 'ENGINE_FAILED',
  ENGINE_FAILED: 'ENGINE_FAILED',
  ENGINE_CRASHED: 'ENGINE_CRASHED',
  ENGINE_SILENT: 'ENGINE_CRASHED',
  ENGINE_LIBRARY_MISSING: 'ENGINE_FAILED',
  ENGINE_MISMATCH: 'ENGINE_FAILED',
  OUT_OF_MEMORY: 'ENGINE_FAILED',
  DEVICE_UNAVAILABLE: 'ENGINE_FAILED',
  DEVICE_LIBRARY_MISSING: 'ENGINE_FAILED',
  DEVICE_LACKS_OPERATION: 'ENGINE_FAILED',
  GGUF_INVALID: 'MODEL_INVALID',
  GGUF_TRUNCATED: 'MODEL_INVALID',
  GGUF_UNREADABLE: 'MODEL_MISSING',
  MODEL_TRUNCATED: 'MODEL_INVALID',
  MODEL_NOT_THERE: 'MODEL_MISSING',
  MODEL_UNREADABLE: 'MODEL_INVALID',
  MODEL_CHANGED: 'MODEL_CHANGED',
  ADAPTER_UNREADABLE: 'MODEL_INVALID',
  ADAPTER_OTHER_BASE: 'ADAPTER_OTHER_BASE',
  UNSUPPORTED_ARCHITECTURE: 'MODEL_INVALID',
  UNSUPPORTED_QUANTIZATION: 'MODEL_INVALID',
  SAMPLE_INVALID: 'ENGINE_FAILED',
  NOTHING_TO_TRAIN: 'NOTHING_TO_TRAIN',
  DIVERGED: 'DIVERGED',
  CHECKPOINT_FAILED: 'FILE_UNREADABLE',
  RESUME_REFUSED: 'INVALID_STATE',
  EXPORT_REFUSED: 'EXPORT_REFUSED',
  CONTEXT_FAILED: 'ENGINE_FAILED',
  ASKED_OTHERWISE: 'INVALID_STATE',
  JUDGE_SYMBOLS: 'INVALID_INPUT',
  PROMPT_TOO_LONG: 'INVALID_INPUT',
  TEMPLATE_INVALID: 'INVALID_INPUT',
  TEMPLATE_FAILED: 'INVALID_INPUT',
  TEMPLATE_TOO_LONG: 'INVALID_INPUT',
  TEMPLATE_DROPS_MESSAGE: 'INVALID_INPUT',
  TEMPLATE_REPEATS_MESSAGE: 'INVALID_INPUT',
  TEMPLATE_REWRITES_MESSAGE: 'INVALID_INPUT',
  TEMPLATE_NO_END_TOKEN: 'INVALID_INPUT',
  DISK_FULL: 'DISK_FULL',
  FILE_EXISTS: 'FILE_EXISTS',
  FILE_NOT_FOUND: 'FILE_NOT_FOUND',
  FILE_UNREADABLE: 'FILE_UNREADABLE',
  PROJECT_INVALID: 'PROJECT_INVALID',
  PROJECT_NEWER: 'PROJECT_NEWER',
  PROJECT_LOCKED: 'PROJECT_LOCKED',
  MIGRATION_CHANGED: 'MIGRATION_CHANGED',
};

/** The same for codes of the operating system and of SQLite. */
const systemCodes = new Map<string, ErrorCode>(
  Object.entries({
    ENOSPC: 'DISK_FULL',
    EFBIG: 'DISK_FULL',
    EDQUOT: 'DISK_FULL',
    SQLITE_FULL: 'DISK_FULL',
    SQLITE_CORRUPT: 'PROJECT_INVALID',
    SQLITE_NOTADB: 'PROJECT_INVALID',
    SQLITE_CONSTRAINT: 'PROJECT_INVALID',
    SQLITE_NOMEM: 'PROJECT_INVALID',
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
  }),
);

/** The contract's code for a foreign one; SQLite's have endings such as SQLITE_IOERR_WRITE. */
function toErrorCode(foreign: string): ErrorCode | undefined {
  if (isErrorCode(foreign)) return foreign;
  if (isEngineCode(foreign)) return engineCodes[foreign];
  return systemCodes.get(foreign) ?? systemCodes.get(foreign.split('_', 2).join('_'));
}

const isEngineCode = (code: string): code is EngineErrorCode => Object.hasOwn(engineCodes, code);

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

/** What codes of the operating system mean for the path that they come with. */
const pathWords: Readonly<Record<string, (path: string) => string>> = {
  ENOENT: (path) => `${path} does not exist`,
  ENOTDIR: (path) => `${path} does not exist: a part of the path is a file, not a folder`,
  EACCES: (path) => `${path} may not be opened by you: check its permissions`,
  EPERM: (path) => `${path} may not be changed by you: check its permissions`,
  EROFS: (path) => `${path} lies on a disk that can only be read`,
  EISDIR: (path) => `${path} is a folder, not a file`,
  EEXIST: (path) => `${path} is there already`,
};

function wordsFor({ code: foreign, message, path }: CodedError, code: ErrorCode): string {
  if (path !== undefined && Object.hasOwn(pathWords, foreign))
    return pathWords[foreign]?.(path) ?? message;
  if (code === 'DISK_FULL' && foreign !== 'DISK_FULL')
    return `The disk is full: nothing was lost, but the last step was not stored (${message}). Free some space and try again.`;
  if (foreign.startsWith('SQLITE_CONSTRAINT'))
    return `The project holds rows that do not fit together, so nothing was stored (${message}). It was changed by another program, or is damaged: restore it from a backup.`;
  if (foreign === 'SQLITE_NOMEM')
    return `The project file asks for more memory than it may have (${message}): a part of it is damaged. Restore it from a backup.`;
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
