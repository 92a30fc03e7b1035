import { EventPublisher } from '@orpc/server';
import type { ChangeTopic } from '../../../shared/contract/app.ts';

const gatherMs = 150;

/** Tells views which topics changed, gathered so that a busy import sends a few messages a second. */
export class ChangeFeed {
  readonly #publisher = new EventPublisher<{ change: { topics: ChangeTopic[] } }>();
  readonly #pending = new Set<ChangeTopic>();
  #timer: NodeJS.Timeout | undefined;

  /** Marks topics as changed. */
  touch(...topics: ChangeTopic[]): void {
    for (const topic of topics) this.#pending.add(topic);
    this.#timer ??= setTimeout(() => this.#flush(), gatherMs).unref();
  }

  /** Changes from now on, until the signal aborts. */
  watch(signal: AbortSignal | undefined): AsyncIterable<{ topics: ChangeTopic[] }> {
    return this.#publisher.subscribe('change', signal ? { signal } : {});
  }

  #flush(): void {
    this.#timer = undefined;
    const topics = [...this.#pending];
    this.#pending.clear();
    this.#publisher.publish('change', { topics });
  }
}
