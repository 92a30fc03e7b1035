import { ORPCError } from '@orpc/client';
import type { ErrorCode } from '../../shared/contract/errors.ts';
import { adviceFor } from '../../shared/text/error-advice.ts';

/** A call was made, or was under way, while there was no connection to the core. */
export class DisconnectedError extends Error {
  override name = 'DisconnectedError';
  constructor() {
    super('The connection to the core is down, so this was not done.');
  }
}

/** An error as a person needs it: what it is, what happened, what to do next. */
export interface ErrorDescription {
  code: string;
  message: string;
  advice: string;
  /** Values and traces for a bug report, as text. */
  detail: string;
}

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

/** True for the given declared error code. */
export function hasErrorCode(error: unknown, code: ErrorCode): boolean {
  return error instanceof ORPCError && error.code === code;
}

/** What an error with this code carries for programs; `undefined` of any other. */
export function dataOfError(error: unknown, code: ErrorCode): unknown {
  return error instanceof ORPCError && error.code === code ? error.data : undefined;
}

/** True when a file is there that may be replaced once a person agrees. */
export function canReplaceFile(error: unknown): boolean {
  const data = dataOfError(error, 'FILE_EXISTS');
  return (
    typeof data === 'object' && data !== null && 'canReplace' in data && data.canReplace === true
  );
}

/** True when a call ended because its own signal was aborted. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}
