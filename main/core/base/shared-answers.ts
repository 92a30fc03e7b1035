interface Entry<Value> {
  revision: number;
  value: Promise<Value>;
  controller: AbortController;
  waiting: number;
}

const keptAnswers = 32;

/**
 * Answers of one kind that take long: one computation for all who ask the same meanwhile, kept until its
 * revision is over, and given up when nobody waits for it any more.
 */
export class SharedAnswers<Value> {
  readonly #entries = new Map<string, Entry<Value>>();

  /** The answer that is known by this key and revision, or what `compute` makes. */
  async get(
    key: string,
    revision: number,
    signal: AbortSignal | undefined,
    compute: (signal: AbortSignal) => Promise<Value>,
  ): Promise<Value> {
    signal?.throwIfAborted();
    const known = this.#entries.get(key);
    const entry = known?.revision === revision ? known : this.#start(key, revision, compute);
    entry.waiting += 1;
    const { promise: aborted, reject } = Promise.withResolvers<never>();
    const leave = () => reject(signal?.reason);
    signal?.addEventListener('abort', leave, { once: true });
    try {
      return await Promise.race([entry.value, aborted]);
    } finally {
      signal?.removeEventListener('abort', leave);
      entry.waiting -= 1;
      if (entry.waiting === 0 && signal?.aborted) entry.controller.abort();
    }
  }

  #start(
    key: string,
    revision: number,
    compute: (signal: AbortSignal) => Promise<Value>,
  ): Entry<Value> {
    const controller = new AbortController();
    const entry = { revision, value: compute(controller.signal), controller, waiting: 0 };
    const forget = () => {
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
    };
    controller.signal.addEventListener('abort', forget, { once: true });
    entry.value.catch(forget);
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > keptAnswers && oldest !== undefined) this.#entries.delete(oldest);
    return entry;
  }
}
