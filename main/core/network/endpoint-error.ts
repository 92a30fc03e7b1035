/**
 * `unreachable`: nothing or only a part came, which may pass. `protocol`: what came is no answer of
 * such an API, and will not be one the next time. `refused`: the server says no, with a status.
 */
export type ExchangeFailure = 'unreachable' | 'protocol' | 'refused';

/** Why a request to an endpoint has no usable response; the message names its host. */
export class ExchangeError extends Error {
  readonly code = 'ENDPOINT_FAILED';
  readonly failure: ExchangeFailure;
  /** Of what was refused, and the server's own words. */
  readonly status: number | undefined;
  readonly said: SaidError | undefined;

  constructor(
    failure: ExchangeFailure,
    message: string,
    cause?: unknown,
    refusal?: { status: number; said: SaidError },
  ) {
    super(message, { cause });
    this.failure = failure;
    this.status = refusal?.status;
    this.said = refusal?.said;
  }
}

/** What an error response says; servers differ in what they leave out. */
export interface SaidError {
  message: string;
  code: string;
  /** The parameter that it is about. */
  param: string;
}
