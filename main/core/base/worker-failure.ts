import { StoreError } from '../../store/store-error.ts';

/** A failure of the store as it crosses from a worker thread; the code is '' when nobody can act on it. */
export interface WorkerFailure {
  kind: 'failed';
  code: string;
  message: string;
  data: StoreError['data'];
}

/** What a worker tells of an error. */
export function failureOf(error: unknown): WorkerFailure {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof StoreError)
    return { kind: 'failed', code: error.code, message, data: error.data };
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const isFull = code === 'SQLITE_FULL' || code === 'ENOSPC';
  // What is wrong with a file a person can act on, whichever reader says so.
  const ofFile = code.startsWith('FILE_') ? code : '';
  return { kind: 'failed', code: isFull ? 'DISK_FULL' : ofFile, message, data: {} };
}

/** The error that a worker told of. */
export const errorOf = ({ code, message, data }: WorkerFailure): Error =>
  code === '' ? new Error(message) : new StoreError(code, message, data);
