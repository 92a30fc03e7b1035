import { useSyncExternalStore } from 'react';
import { rpc } from '../../rpc/client.ts';
import { RowCache } from './row-cache.ts';

/** The rows of the sample list of the open project. */
export const rowCache = new RowCache((seqs) => rpc.samples.rows({ seqs }));

/** Renders again whenever a row arrives or changes. */
export function useRowCache(): RowCache {
  useSyncExternalStore(rowCache.subscribe, rowCache.version);
  return rowCache;
}
