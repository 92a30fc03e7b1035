/** A failure of the project file that a user can act on; `code` is one of the contract's. */
export class StoreError extends Error {
  readonly code: string;
  readonly data: Record<string, string | number | null>;
  constructor(code: string, message: string, data: Record<string, string | number | null> = {}) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

/** The code of a coded error (SQLite's or the operating system's), or an empty text. */
export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : '';
}
