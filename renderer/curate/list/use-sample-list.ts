import { useEffect, useMemo } from 'react';
import type { SampleFilter } from '../../../shared/domain/sample.ts';
import { expandSeqRuns } from '../../../shared/domain/seq-runs.ts';
import { rpc } from '../../rpc/client.ts';
import { useLastData, useQuery, type QueryResult } from '../../rpc/use-query.ts';
import { useCurate, type CurateState } from '../curate-store.ts';
import { useFacets } from './filter-bar.tsx';
import { rowCache } from './row-cache.ts';

/** The list as it is shown. */
export interface ListedSamples {
  query: QueryResult<unknown>;
  seqs: readonly number[];
  /** How many match the filter now, without those that only stay put. */
  matching: number;
}

/** Sequence numbers under the current filter, kept fresh, with a selection that is always in it. */
export function useSampleList(): ListedSamples {
  const filter = useCurate((state) => state.filter);
  const retained = useCurate((state) => state.retained);
  const query = useQuery(
    ['samples.index', filter],
    // A search that nobody waits for any more is given up.
    (context) => rpc.samples.index({ filter }, { signal: context.signal }),
    filter.status === undefined ? ['samples'] : ['samples', 'reviews'],
  );
  const runs = useLastData(query.data)?.runs;
  const matching = useMemo(() => (runs === undefined ? undefined : expandSeqRuns(runs)), [runs]);
  const counts = useFacets().data;
  useEffect(() => {
    if (counts) rowCache.invalidate();
  }, [counts]);
  const seqs = useMemo(() => mergeRetained(matching ?? [], retained), [matching, retained]);
  const isAnswered = query.data !== undefined;
  useEffect(() => {
    if (isAnswered) useCurate.setState((state) => listedState(state, filter, seqs));
    rowCache.invalidate();
  }, [seqs, filter, isAnswered]);
  return { query, seqs, matching: matching?.length ?? 0 };
}

/** A selection that is no longer listed moves to the best hit of a search, else to the next one. */
function listedState(state: CurateState, filter: SampleFilter, seqs: readonly number[]) {
  const { selectedSeq } = state;
  const isListed = selectedSeq !== null && seqs.includes(selectedSeq);
  const isSearch = filter !== state.listedFilter && filter.query !== undefined;
  const start = selectedSeq === null || isSearch ? -Infinity : selectedSeq;
  const nearest = seqs.find((seq) => seq >= start) ?? seqs.at(-1) ?? null;
  return { seqs, listedFilter: filter, ...(isListed ? {} : { selectedSeq: nearest }) };
}

/**
 * The list to show: what matches the filter now, and what was reviewed under it and stays put.
 * Both in list order, which is ascending sequence numbers.
 */
export function mergeRetained(
  matching: readonly number[],
  retained: ReadonlySet<number>,
): readonly number[] {
  const extra = [...retained].toSorted((a, b) => a - b);
  // The same list, where nothing of it has gone: all that follows the list then stays as it is.
  if (extra.every((seq) => isIn(matching, seq))) return matching;
  const merged: number[] = [];
  let next = 0;
  for (const seq of matching) {
    for (; next < extra.length && (extra[next] ?? seq) <= seq; next += 1)
      if (extra[next] !== seq) merged.push(extra[next] ?? seq);
    merged.push(seq);
  }
  return [...merged, ...extra.slice(next)];
}

/** Whether an ascending list of numbers has this one. */
function isIn(ascending: readonly number[], wanted: number): boolean {
  let [first, end] = [0, ascending.length];
  while (first < end) {
    const middle = (first + end) >> 1;
    if ((ascending[middle] ?? wanted) < wanted) first = middle + 1;
    else end = middle;
  }
  return ascending[first] === wanted;
}
