import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { ChangeTopic } from '../../shared/contract/app.ts';
import { QueryCache, type QueryState } from './query-cache.ts';

/** The page's one cache; the watcher invalidates it. */
export const queryCache = new QueryCache();

/** What a view gets for a query. */
export interface QueryResult<Data> {
  data: Data | undefined;
  error: unknown;
  /** Nothing to show yet. */
  isLoading: boolean;
  isFetching: boolean;
  refetch: () => void;
}

/** A key names its method and input, so what is stored under it has the fetcher's type. */
function dataOf<Data>(state: QueryState, source: () => Promise<Data>): Data | undefined;
function dataOf(state: QueryState): unknown {
  return state.data;
}

const nothing = () => undefined;

/**
 * Asks the core and keeps the answer fresh: asked again when a topic changes or the connection
 * comes back. `key` must name the method and all of its input; `null` asks nothing.
 */
export function useQuery<Data>(
  key: readonly unknown[] | null,
  fetcher: () => Promise<Data>,
  topics: readonly ChangeTopic[],
): QueryResult<Data> {
  const id = key === null ? null : JSON.stringify(key);
  const source = useRef({ fetcher, topics });
  useEffect(() => {
    source.current = { fetcher, topics };
  });
  const subscribe = useCallback(
    (listener: () => void) => {
      if (id === null) return nothing;
      const { fetcher, topics } = source.current;
      return queryCache.subscribe(id, { fetch: fetcher, topics }, listener);
    },
    [id],
  );
  const state = useSyncExternalStore(subscribe, () => queryCache.read(id ?? ''));
  const refetch = useCallback(() => queryCache.refetch(id ?? ''), [id]);
  return {
    data: dataOf(state, fetcher),
    error: state.error,
    isLoading: id !== null && !state.hasData && state.error === undefined,
    isFetching: state.isFetching,
    refetch,
  };
}

/** The newest data that was there, so that a list does not blink while its key changes. */
export function useLastData<Data>(data: Data | undefined): Data | undefined {
  const [last, setLast] = useState(data);
  if (data !== undefined && data !== last) setLast(data);
  return data ?? last;
}
