import { useCallback, useState } from 'react';
import { hashKey, skipToken, useQuery as useObservedQuery } from '@tanstack/react-query';
import type { ChangeTopic } from '../../shared/contract/app.ts';
import { queryClient, queryRefresher } from './query-client.ts';
import { DisconnectedError } from './rpc-error.ts';

/** What a view gets for a query. */
export interface QueryResult<Data> {
  data: Data | undefined;
  error: unknown;
  /** Nothing to show yet. */
  isLoading: boolean;
  refetch: () => void;
}

const nothing: readonly unknown[] = ['nothing'];

/**
 * Asks the core and keeps the answer fresh: asked again when a topic changes or the connection
 * comes back. `key` must name the method and all of its input; `null` asks nothing. With `part`, a
 * function that stays the same, the view renders anew only when that part of the answer is another.
 */
export function useQuery<Data, Part = Data>(
  key: readonly unknown[] | null,
  fetcher: (context: { readonly signal: AbortSignal }) => Promise<Data>,
  topics: readonly ChangeTopic[],
  part?: (data: Data) => Part,
): QueryResult<Part> {
  const queryKey = key ?? nothing;
  // The context itself: who reads its signal has the call aborted once nobody shows the answer.
  const queryFn = key === null ? skipToken : fetcher;
  const observed = useObservedQuery(
    { queryKey, queryFn, meta: { topics }, ...(part && { select: part }) },
    queryClient,
  );
  const hash = hashKey(queryKey);
  const refetch = useCallback(() => queryRefresher.refetch(hash), [hash]);
  // Only what is read here renders anew: not that something is being asked again.
  const { data } = observed;
  const error = shownError(observed.error);
  const isLoading = key !== null && data === undefined && error === undefined;
  return { data, error, isLoading, refetch };
}

/**
 * Asks for what is likely to be shown next, so that it is there by then; what fails is asked again
 * when it is shown.
 */
export function prefetch<Data>(
  key: readonly unknown[],
  fetcher: () => Promise<Data>,
  topics: readonly ChangeTopic[],
): void {
  void queryClient.prefetchQuery({ queryKey: key, queryFn: fetcher, meta: { topics } });
}

/** A lost connection is no error of a question: the banner tells of it, and all is asked again. */
export function shownError(error: unknown): unknown {
  return error === null || error instanceof DisconnectedError ? undefined : error;
}

/** The newest data that was there, so that a list does not blink while its key changes. */
export function useLastData<Data>(data: Data | undefined): Data | undefined {
  const [last, setLast] = useState(data);
  if (data !== undefined && data !== last) setLast(data);
  return data ?? last;
}
