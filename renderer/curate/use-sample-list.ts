import { useEffect, useMemo } from 'react';
import { rpc } from '../rpc/client.ts';
import { useLastData, useQuery, type QueryResult } from '../rpc/use-query.ts';
import { useCurate } from './curate-store.ts';
import { mergeRetained } from './merge-retained.ts';
import { rowCache } from './rows.ts';

/** The list as it is shown. */
export interface SampleList {
  query: QueryResult<{ seqs: number[] }>;
  seqs: readonly number[];
  /** How many match the filter now, without those that only stay put. */
  matching: number;
}

/** Sequence numbers under the current filter, kept fresh, with a selection that is always in it. */
export function useSampleList(): SampleList {
  const filter = useCurate((state) => state.filter);
  const retained = useCurate((state) => state.retained);
  const query = useQuery(['samples.index', filter], () => rpc.samples.index({ filter }), [
    'samples',
  ]);
  const matching = useLastData(query.data)?.seqs;
  const seqs = useMemo(() => mergeRetained(matching ?? [], retained), [matching, retained]);
  useEffect(() => {
    const { selectedSeq } = useCurate.getState();
    const isGone = selectedSeq === null || !seqs.includes(selectedSeq);
    useCurate.setState({ seqs, ...(isGone && { selectedSeq: nearest(seqs, selectedSeq) }) });
    rowCache.invalidate();
  }, [seqs]);
  return { query, seqs, matching: matching?.length ?? 0 };
}

/** The first listed sample at or after the old selection, so that the place is kept. */
function nearest(seqs: readonly number[], seq: number | null): number | null {
  if (seq === null) return seqs[0] ?? null;
  return seqs.find((candidate) => candidate >= seq) ?? seqs.at(-1) ?? null;
}
