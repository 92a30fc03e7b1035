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
