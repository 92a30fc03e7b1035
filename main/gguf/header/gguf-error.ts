/** `INVALID`: against the format or its limits; `TRUNCATED`: the file ends too early. */
export type GgufErrorCode = 'GGUF_INVALID' | 'GGUF_TRUNCATED' | 'GGUF_UNREADABLE';

/** A GGUF file that cannot be used; the message names the value and what to do. */
export class GgufError extends Error {
  readonly code: GgufErrorCode;
  constructor(code: GgufErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'GgufError';
    this.code = code;
  }
}

/** An error for a value that breaks the format. */
export const invalidGguf = (problem: string): GgufError =>
  new GgufError('GGUF_INVALID', `Not a usable GGUF file: ${problem}.`);

/** An error for a file that ends before what its header promises. */
export const truncatedGguf = (problem: string): GgufError =>
  new GgufError('GGUF_TRUNCATED', `The GGUF file is incomplete: ${problem}. Download it again.`);
