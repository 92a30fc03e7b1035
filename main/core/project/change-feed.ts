import type { ChangeTopic } from '../../../shared/contract/app.ts';
import { Broadcast } from '../base/broadcast.ts';

const gatherMs = 150;

/** Tells views which topics changed, gathered so that a busy import sends a few messages a second. */
export class ChangeFeed {
  readonly #changes = new Broadcast<{ topics: ChangeTopic[] }>();
  readonly #pending = new Set<ChangeTopic>();
  #timer: NodeJS.Timeout | undefined;

  /** Marks topics as changed. */
  touch(...topics: ChangeTopic[]): void {
    for (const topic of topics) this.#pending.add(topic);
    this.#timer ??= setTimeout(() => this.#flush(), gatherMs).unref();
  }

  /** Changes from now on, until the signal aborts or the project closes. */
  watch(signal: AbortSignal | undefined): AsyncGenerator<{ topics: ChangeTopic[] }, void> {
    return this.#changes.subscribe(signal);
  }

  /** Tells what is pending and ends every watch. */
  close(): void {
    clearTimeout(this.#timer);
    if (this.#pending.size > 0) this.#flush();
    this.#changes.end();
  }

  #flush(): void {
    this.#timer = undefined;
    const topics = [...this.#pending];
    this.#pending.clear();
    this.#changes.publish({ topics });
  }
}
