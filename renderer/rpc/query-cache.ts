import type { ChangeTopic } from '../../shared/contract/app.ts';

/** One immutable view of a query: `data` stays from the last success while it is asked again. */
export interface QueryState {
  data: unknown;
  error: unknown;
  isFetching: boolean;
  hasData: boolean;
}

/** Where a query's answer comes from, and which topics make it stale. */
export interface QuerySource {
  fetch: () => Promise<unknown>;
  topics: readonly ChangeTopic[];
}

interface Entry {
  state: QueryState;
  source: QuerySource;
  listeners: Set<() => void>;
  isStale: boolean;
  isRunning: boolean;
}

const idle: QueryState = { data: undefined, error: undefined, isFetching: false, hasData: false };
const keptUnused = 100;

/**
 * Answers of the core by key. An entry somebody shows is asked again as soon as one of its topics
 * changes; others are asked again when next shown. The newest 100 unshown answers are kept.
 */
export class QueryCache {
  readonly #entries = new Map<string, Entry>();

  /** The state under the key as it is now; never starts anything. */
  read(key: string): QueryState {
    return this.#entries.get(key)?.state ?? idle;
  }

  /** Shows a key: fetches when nothing fresh is there, calls back on every change. */
  subscribe(key: string, source: QuerySource, listener: () => void): () => void {
    const entry = this.#entries.get(key) ?? newEntry(source);
    entry.source = source;
    entry.listeners.add(listener);
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    if (entry.isStale) void this.#run(entry);
    return () => {
      entry.listeners.delete(listener);
      this.#evict();
    };
  }

  /** Marks answers of these topics stale and asks again where somebody is looking. */
  invalidate(topics: readonly ChangeTopic[] | 'all'): void {
    for (const entry of this.#entries.values()) {
      const isHit = topics === 'all' || entry.source.topics.some((topic) => topics.includes(topic));
      if (isHit) this.#refresh(entry);
    }
  }

  /** Asks one key again, for a Retry button. */
  refetch(key: string): void {
    const entry = this.#entries.get(key);
    if (entry) this.#refresh(entry);
  }

  #refresh(entry: Entry): void {
    entry.isStale = true;
    if (entry.listeners.size > 0) void this.#run(entry);
  }

  /** Runs until the answer is newer than the last invalidation; never two at a time. */
  async #run(entry: Entry): Promise<void> {
    if (entry.isRunning) return;
    entry.isRunning = true;
    update(entry, { ...entry.state, isFetching: true });
    while (entry.isStale) {
      entry.isStale = false;
      const next = await settle(entry);
      update(entry, { ...next, isFetching: entry.isStale });
    }
    entry.isRunning = false;
  }

  #evict(): void {
    const unused = [...this.#entries].filter(
      ([, entry]) => entry.listeners.size === 0 && !entry.isRunning,
    );
    for (const [key] of unused.slice(0, Math.max(0, unused.length - keptUnused)))
      this.#entries.delete(key);
  }
}

function newEntry(source: QuerySource): Entry {
  return { state: idle, source, listeners: new Set(), isStale: true, isRunning: false };
}

async function settle(entry: Entry): Promise<QueryState> {
  try {
    const data = await entry.source.fetch();
    return { data, error: undefined, isFetching: false, hasData: true };
  } catch (error) {
    return { ...entry.state, error };
  }
}

function update(entry: Entry, state: QueryState): void {
  entry.state = state;
  for (const listener of entry.listeners) listener();
}
