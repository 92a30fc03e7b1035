import type { ErrorCode } from '../../../shared/contract/errors.ts';

/** Values of an error, for programs; JSON only. */
export type ErrorData = Record<string, string | number | boolean | null>;

/** An error a user or caller can act on; its code is declared in the contract. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly data: ErrorData;
  constructor(code: ErrorCode, message: string, data: ErrorData = {}) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

/** The thing, or NOT_FOUND with what was asked for. */
export function found<Thing>(thing: Thing | undefined, what: string, id: string): Thing {
  if (thing === undefined)
    throw new AppError('NOT_FOUND', `There is no ${what} ${id}`, { what, id });
  return thing;
}
