/** Longer than an engine has for what it stops in the middle of. */
const closeGraceMs = 7000;

/** What a person waits for: an answer being written, or anything that is asked for again. */
type CallPurpose = 'answer' | 'other';

/** Calls that use an engine: they are stopped and waited for before what they use goes away. */
export class OngoingCalls {
  readonly #calls = new Map<Promise<unknown>, CallPurpose>();
  readonly #closing = new AbortController();

  /** Runs `work` with a signal that aborts with any of `signals`, or when `close` is called. */
  async run<Result>(
    signals: readonly (AbortSignal | undefined)[],
    work: (signal: AbortSignal) => Promise<Result>,
    purpose: CallPurpose = 'other',
  ): Promise<Result> {
    const all = [this.#closing.signal, ...signals].filter((signal) => signal !== undefined);
    const call = work(AbortSignal.any(all));
    this.#calls.set(call, purpose);
    try {
      return await call;
    } finally {
      this.#calls.delete(call);
    }
  }

  /** How many answers are being written. */
  get answers(): number {
    return [...this.#calls.values()].filter((purpose) => purpose === 'answer').length;
  }

  /** True from the moment `close` was called. */
  get isClosing(): boolean {
    return this.#closing.signal.aborted;
  }

  /** Aborts every call and resolves when all of them have ended, or soon: none may hold up an end. */
  async close(): Promise<void> {
    this.#closing.abort();
    const { promise: patience, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, closeGraceMs);
    await Promise.race([Promise.allSettled(this.#calls.keys()), patience]);
    clearTimeout(timer);
  }
}

/** Lets asynchronous work happen one piece after the other, in the order it was asked for. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs `work` when everything before it has ended, however it ended. */
  run<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#last.then(work, work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
