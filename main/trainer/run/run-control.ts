/** What the core asks of a run beside its start: to pause, or to go on after an epoch. */
export class RunControl {
  readonly #pausing = new AbortController();
  #next = Promise.withResolvers<void>();

  /** Aborts when the run should save and end. */
  get pausing(): AbortSignal {
    return this.#pausing.signal;
  }

  /** Asks the run to save and to end. */
  pause(): void {
    this.#pausing.abort();
  }

  /** Lets a run that waits after an epoch, or soon will, go on. */
  goOn(): void {
    this.#next.resolve();
  }

  /** Waits for `goOn`; throws the reason when `stop` aborts first. */
  async untilToldToGoOn(stop: AbortSignal): Promise<void> {
    const stopped = Promise.withResolvers<never>();
    const abort = () => stopped.reject(stop.reason);
    stop.addEventListener('abort', abort, { once: true });
    try {
      stop.throwIfAborted();
      await Promise.race([this.#next.promise, stopped.promise]);
    } finally {
      stop.removeEventListener('abort', abort);
      this.#next = Promise.withResolvers();
    }
  }
}
