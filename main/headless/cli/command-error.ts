/** Wrong usage of the command line: the message says what is wrong with which word. Exit code 2. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** Something a command could not do, with a code for programs. Exit code 1. */
export class CommandError extends Error {
  override name = 'CommandError';
  readonly code: string;
  readonly data: Record<string, unknown>;
  constructor(code: string, message: string, data: Record<string, unknown> = {}) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

/** The person stopped the command; what was finished before is kept. Exit code 130. */
export class CancelledError extends CommandError {
  constructor(message = 'Cancelled. What was finished before is kept.') {
    super('CANCELLED', message);
  }
}
