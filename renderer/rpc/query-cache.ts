import type { ChangeTopic } from '../../shared/contract/app.ts';
import { DisconnectedError } from './rpc-error.ts';

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
  isScheduled: boolean;
  /** Before this moment a change does not start another fetch. */
  restsUntilMs: number;
}

const idle: QueryState = { data: undefined, error: undefined, isFetching: false, hasData: false };
const keptUnused = 100;
const quickMs = 20;
const restFactor = 12;
const longestRestMs = 3000;

/**
 * Answers of the core by key. An entry somebody shows is asked again as soon as one of its topics
 * changes; others are asked again when next shown. The newest 100 unshown answers are kept.
 * A slow answer rests before it is asked again, so that a burst of changes leaves the core free.
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
      if (topics === 'all') this.#refresh(entry);
      else if (entry.source.topics.some((topic) => topics.includes(topic)))
        this.#refreshSoon(entry);
    }
  }

  /** Asks one key again, for a Retry button. */
  refetch(key: string): void {
    const entry = this.#entries.get(key);
    if (entry) this.#refresh(entry);
  }

  /** At once when the last answer was quick, else when it has rested; once however many changes. */
  #refreshSoon(entry: Entry): void {
    entry.isStale = true;
    if (entry.isScheduled || entry.isRunning) return;
    const restMs = entry.restsUntilMs - performance.now();
    if (restMs <= 0) return this.#refresh(entry);
    entry.isScheduled = true;
    setTimeout(() => {
      entry.isScheduled = false;
      if (entry.isStale) this.#refresh(entry);
    }, restMs);
  }

  #refresh(entry: Entry): void {
    entry.isStale = true;
    if (entry.listeners.size > 0) void this.#run(entry);
  }

  /** Never two at a time; a change that came meanwhile is followed by another fetch. */
  async #run(entry: Entry): Promise<void> {
    if (entry.isRunning) return;
    entry.isRunning = true;
    entry.isStale = false;
    update(entry, { ...entry.state, isFetching: true });
    const startMs = performance.now();
    const next = await settle(entry);
    entry.restsUntilMs = restEnd(startMs);
    entry.isRunning = false;
    update(entry, { ...next, isFetching: entry.isStale });
    if (entry.isStale) this.#refreshSoon(entry);
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
  const flags = { isStale: true, isRunning: false, isScheduled: false, restsUntilMs: 0 };
  return { state: idle, source, listeners: new Set(), ...flags };
}

/** Twelve times as long as the answer took, three seconds at most; quick ones never rest. */
function restEnd(startMs: number): number {
  const nowMs = performance.now();
  const tookMs = nowMs - startMs;
  return tookMs < quickMs ? nowMs : nowMs + Math.min(longestRestMs, restFactor * tookMs);
}

async function settle(entry: Entry): Promise<QueryState> {
  try {
    const data = await entry.source.fetch();
    return { data, error: undefined, isFetching: false, hasData: true };
  } catch (error) {
    // The banner says so already, and everything is asked again after the reconnection.
    if (error instanceof DisconnectedError) return entry.state;
    return { ...entry.state, error };
  }
}

function update(entry: Entry, state: QueryState): void {
  entry.state = state;
  for (const listener of entry.listeners) listener();
}
