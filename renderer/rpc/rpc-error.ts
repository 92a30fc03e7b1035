import { ORPCError } from '@orpc/client';
import { isErrorCode, type ErrorCode } from '../../shared/contract/errors.ts';

/** A call was made, or was under way, while there was no connection to the core. */
export class DisconnectedError extends Error {
  override name = 'DisconnectedError';
  constructor() {
    super('The connection to the core is down, so this was not done.');
  }
}

/** An error in the parts a person needs: what it is, what happened, what to do next. */
export interface ErrorDescription {
  code: string;
  message: string;
  advice: string;
  /** Values and traces for a bug report, as text. */
  detail: string;
}

const advice: Record<ErrorCode, string> = {
  NO_PROJECT: 'Open or create a project first.',
  PROJECT_LOCKED: 'Close the project in the other program, or work on a copy of the file.',
  PROJECT_INVALID: 'Open another file, or restore this one from the backup beside it.',
  PROJECT_NEWER: 'Update Lima Workbench, then open the project again.',
  MIGRATION_CHANGED: 'Open the project with the version that last wrote it.',
  FILE_NOT_FOUND: 'Check the path, or choose the file again.',
  FILE_UNREADABLE: 'Check the permissions of the file and the disk it lies on.',
  FILE_EXISTS: 'Choose another name: existing files are never overwritten.',
  FILE_FORMAT_UNKNOWN: 'Choose the format by hand instead of leaving it on auto.',
  PATH_FORBIDDEN: 'Choose a place inside the folders this server was started with.',
  DISK_FULL: 'Free some space on the disk, then try again.',
  NOT_FOUND: 'It may have been removed meanwhile. Reload the list.',
  NAME_TAKEN: 'Choose another name.',
  INVALID_STATE: 'The message says what has to be different first.',
  INVALID_INPUT: 'Correct the marked value and try again.',
  MODEL_INVALID: 'Choose another GGUF file, or download this one again.',
  MODEL_CHANGED: 'Point the model at the original file, or add the changed file as a new model.',
  MODEL_MISSING: 'Point the model at the place the file was moved to.',
  NOTHING_TO_TRAIN: 'Change the settings or the dataset, then start a new run.',
  DIVERGED: 'Start a new run with a lower learning rate, or with warm-up steps.',
  ENGINE_CRASHED: 'Try again with less memory in use. The project file was not touched.',
  ENGINE_FAILED: 'Read the details below: they are the last words of the engine.',
};

/** Turns anything thrown by a call into what the error view shows. */
export function describeError(error: unknown): ErrorDescription {
  if (error instanceof DisconnectedError) {
    return {
      code: 'DISCONNECTED',
      message: error.message,
      advice: 'It reconnects by itself. Try again then.',
      detail: '',
    };
  }
  if (error instanceof ORPCError) {
    return {
      code: String(error.code),
      message: error.message,
      advice: adviceFor(String(error.code)),
      detail: error.data === undefined ? '' : JSON.stringify(error.data, null, 2),
    };
  }
  const message = error instanceof Error ? error.message : String(error);
  const detail = error instanceof Error ? (error.stack ?? '') : '';
  return { code: 'UNEXPECTED', message, advice: adviceFor('UNEXPECTED'), detail };
}

/** What to do about an error code, of a call or of a failed job. */
export function adviceFor(code: string): string {
  if (isErrorCode(code)) return advice[code];
  return 'Try again. If it happens again, copy the diagnostics into a bug report.';
}

/** True for the given declared error code. */
export function hasErrorCode(error: unknown, code: ErrorCode): boolean {
  return error instanceof ORPCError && error.code === code;
}

/** True when a call ended because its own signal was aborted. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}
