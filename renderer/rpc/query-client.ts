import { QueryClient, type Query } from '@tanstack/react-query';
import type { ChangeTopic } from '../../shared/contract/app.ts';

declare module '@tanstack/react-query' {
  interface Register {
    queryMeta: { topics: readonly ChangeTopic[] };
  }
}

const keptUnusedMs = 5 * 60_000;
const quickMs = 20;
const restFactor = 12;
const longestRestMs = 3000;

/**
 * The cache of the core's answers: fresh until the core says that they changed, so nothing is asked
 * again by age, by focus or by a retry. An answer that nobody shows is kept for five minutes.
 */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: Infinity,
        gcTime: keptUnusedMs,
        retry: false,
        networkMode: 'always',
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
        // A new answer is a new object even where it says the same: rows of the list go by it.
        structuralSharing: false,
      },
    },
  });
}

/** How the fetches of one query go. */
interface Pace {
  startMs: number;
  /** Before this moment a change does not start another fetch. */
  restsUntilMs: number;
  /** A change came while an answer was under way. */
  isOutdated: boolean;
  isScheduled: boolean;
}

/**
 * Asks again what changed in the core, never twice at a time: a change that comes while an answer
 * is under way is followed by another fetch. A slow answer rests before it is asked again, so that
 * a burst of changes leaves the core free.
 */
export class QueryRefresher {
  readonly #client: QueryClient;
  readonly #paces = new WeakMap<Query, Pace>();

  constructor(client: QueryClient) {
    this.#client = client;
    client.getQueryCache().subscribe((event) => {
      if (event.type !== 'updated') return;
      if (event.action.type === 'fetch') this.#paceOf(event.query).startMs = performance.now();
      if (event.action.type === 'success' || event.action.type === 'error') this.#end(event.query);
    });
  }

  /** Marks answers of these topics stale and asks again where somebody is looking. */
  invalidate(topics: readonly ChangeTopic[] | 'all'): void {
    for (const query of this.#client.getQueryCache().getAll()) {
      if (topics === 'all') this.#refresh(query);
      else if (topicsOf(query).some((topic) => topics.includes(topic))) this.#refreshSoon(query);
    }
  }

  /** Asks one query again, for a Retry button. */
  refetch(queryHash: string): void {
    const query = this.#client.getQueryCache().get(queryHash);
    if (query) this.#refresh(query);
  }

  #paceOf(query: Query): Pace {
    const known = this.#paces.get(query);
    if (known) return known;
    const pace = { startMs: 0, restsUntilMs: 0, isOutdated: false, isScheduled: false };
    this.#paces.set(query, pace);
    return pace;
  }

  /** At once when the last answer was quick, else when it has rested; once however many changes. */
  #refreshSoon(query: Query): void {
    const pace = this.#paceOf(query);
    const restMs = pace.restsUntilMs - performance.now();
    if (restMs <= 0 || isFetching(query)) return this.#refresh(query);
    query.invalidate();
    if (pace.isScheduled) return;
    pace.isScheduled = true;
    setTimeout(() => {
      pace.isScheduled = false;
      if (query.state.isInvalidated && !isFetching(query)) this.#refresh(query);
    }, restMs);
  }

  #refresh(query: Query): void {
    if (isFetching(query)) {
      this.#paceOf(query).isOutdated = true;
      return;
    }
    query.invalidate();
    if (query.isActive()) query.fetch().catch(keptInItsState);
  }

  #end(query: Query): void {
    const pace = this.#paceOf(query);
    pace.restsUntilMs = restEnd(pace.startMs);
    if (!pace.isOutdated) return;
    pace.isOutdated = false;
    queueMicrotask(() => this.#refreshSoon(query));
  }
}

const isFetching = (query: Query) => query.state.fetchStatus !== 'idle';

/** A failed fetch is in the query's state, where its views read it. */
const keptInItsState = () => undefined;

/** The topics of every view of the query, or of its last one. */
function topicsOf(query: Query): ChangeTopic[] {
  const metas = [query.meta, ...query.observers.map(({ options }) => options.meta)];
  return metas.flatMap((meta) => meta?.topics ?? []);
}

/** Twelve times as long as the answer took, three seconds at most; quick ones never rest. */
function restEnd(startMs: number): number {
  const nowMs = performance.now();
  const tookMs = nowMs - startMs;
  return tookMs < quickMs ? nowMs : nowMs + Math.min(longestRestMs, restFactor * tookMs);
}

/** The page's one cache. */
export const queryClient = createQueryClient();

/** What the watcher tells of changes in the core. */
export const queryRefresher = new QueryRefresher(queryClient);
