import { rpc } from '../../rpc/client.ts';
import { useQuery, type QueryResult } from '../../rpc/use-query.ts';
import { withShares, type AcceptedSummary } from './composition.ts';
import { useDrafts } from '../edit/drafts-store.ts';

/** The accepted samples by source, with what is worth a warning. */
export function useAcceptedSummary(): QueryResult<AcceptedSummary> {
  const unsavedDrafts = useDrafts((state) => Object.keys(state.drafts).length);
  return useQuery(['accepted summary', unsavedDrafts], () => summarize(unsavedDrafts), ['samples']);
}

async function summarize(unsavedDrafts: number): Promise<AcceptedSummary> {
  const { statuses, sources } = await rpc.samples.facets();
  const counted = await Promise.all(
    sources.map(async ({ source }) => ({ source, samples: await countAccepted({ source }) })),
  );
  return {
    parts: withShares(counted.filter((part) => part.samples > 0)),
    accepted: statuses.accepted,
    flagged: statuses.accepted - (await countAccepted({ flag: 'none' })),
    pending: statuses.pending,
    unsavedDrafts,
  };
}

async function countAccepted(filter: { source: string } | { flag: 'none' }): Promise<number> {
  const { seqs } = await rpc.samples.index({ filter: { ...filter, status: 'accepted' } });
  return seqs.length;
}
