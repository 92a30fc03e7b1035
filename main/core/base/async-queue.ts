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
