import { AsyncQueue } from './async-queue.ts';

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
