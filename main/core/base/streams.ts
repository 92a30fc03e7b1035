/** Hands values from callbacks to one `for await` loop, in order and without a limit. */
export class AsyncQueue<Value> {
  #values: Value[] = [];
  #wake: (() => void) | undefined;
  #end: { error?: unknown } | undefined;

  /** Adds a value; ignored after the end. */
  push(value: Value): void {
    if (this.#end) return;
    this.#values.push(value);
    this.#wake?.();
  }

  /** Ends the loop after the values that are there; with an error, the loop throws it. */
  end(error?: unknown): void {
    this.#end ??= error === undefined ? {} : { error };
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Value, void> {
    for (;;) {
      const values = this.#values;
      this.#values = [];
      yield* values;
      if (this.#values.length > 0) continue;
      if (this.#end) {
        if ('error' in this.#end) throw this.#end.error;
        return;
      }
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}

/** Hands every published value to every subscriber, in order; each of them ends by itself. */
export class Broadcast<Value> {
  readonly #queues = new Set<AsyncQueue<Value>>();
  #isEnded = false;

  /** Hands a value to everyone who is subscribed now. */
  publish(value: Value): void {
    for (const queue of this.#queues) queue.push(value);
  }

  /** Ends every subscription, present and future, after the values that are there. */
  end(): void {
    this.#isEnded = true;
    for (const queue of this.#queues) queue.end();
  }

  /** What `first` returns, then every value from that moment on, until the signal aborts. */
  async *subscribe(
    signal: AbortSignal | undefined,
    first: () => readonly Value[] = () => [],
  ): AsyncGenerator<Value, void> {
    const queue = new AsyncQueue<Value>();
    const stop = () => queue.end();
    for (const value of first()) queue.push(value);
    if (this.#isEnded || signal?.aborted) stop();
    signal?.addEventListener('abort', stop, { once: true });
    this.#queues.add(queue);
    try {
      yield* queue;
    } finally {
      this.#queues.delete(queue);
      signal?.removeEventListener('abort', stop);
    }
  }
}

/**
 * The values of a stream until the signal aborts, then its reason is thrown: at once, also while
 * the stream waits for a disk or a pipe that never answers. Such a stream is left behind.
 */
export async function* untilAborted<Value>(
  stream: AsyncIterable<Value>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Value, void> {
  const iterator = stream[Symbol.asyncIterator]();
  let isWaiting = false;
  try {
    for (;;) {
      isWaiting = true;
      const { done, value } = await orAborted(iterator.next(), signal);
      isWaiting = false;
      if (done) return;
      yield value;
    }
  } finally {
    const ended = iterator.return?.();
    if (isWaiting) ended?.catch(() => undefined);
    else await ended;
  }
}

/**
 * What `work` resolves with, or the signal's reason when it aborted and `work` had `graceMs` to end.
 * Work that does not is left behind.
 */
export async function orAborted<Result>(
  work: Promise<Result>,
  signal: AbortSignal | undefined,
  graceMs = 0,
): Promise<Result> {
  if (!signal) return await work;
  const { promise, reject } = Promise.withResolvers<never>();
  let timer: NodeJS.Timeout | undefined;
  const onAbort = () => {
    if (graceMs === 0) reject(signal.reason);
    else timer = setTimeout(() => reject(signal.reason), graceMs);
  };
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
    clearTimeout(timer);
    // Whatever becomes of it now, nobody waits for it any more.
    work.catch(() => undefined);
  }
}
