import type { ErrorCode, ErrorData } from '../../../shared/contract/errors.ts';

/** Values of an error of any code, for programs; JSON only. */
export type ErrorValues = Readonly<
  Record<string, string | number | boolean | readonly object[] | null | undefined>
>;

/** Left out where nothing is required. */
type DataArgument<Code extends ErrorCode> =
  Record<string, never> extends ErrorData<Code>
    ? [data?: ErrorData<Code>]
    : [data: ErrorData<Code>];

/** An error a user or caller can act on; its code and the data of it are declared in the contract. */
export class AppError<Code extends ErrorCode = ErrorCode> extends Error {
  readonly code: Code;
  readonly data: ErrorValues;
  constructor(code: Code, message: string, ...[data]: DataArgument<Code>) {
    super(message);
    this.code = code;
    this.data = { ...data };
  }
}

/** The thing, or NOT_FOUND with what was asked for. */
export function found<Thing>(thing: Thing | undefined, what: string, id: string): Thing {
  if (thing === undefined)
    throw new AppError('NOT_FOUND', `There is no ${what} ${id}`, { what, id });
  return thing;
}
