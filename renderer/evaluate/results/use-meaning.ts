import { useEffect, useState } from 'react';
import type { MeaningEvent } from '../../../shared/contract/curate.ts';
import type { Message } from '../../../shared/domain/message.ts';
import { rpc } from '../../rpc/client.ts';

/** How far a search by meaning has come. */
export type MeaningSearch =
  Exclude<MeaningEvent, { type: 'found' }> | Found | { type: 'failed'; error: unknown };

type Found = Extract<MeaningEvent, { type: 'found' }>;

interface Asked {
  modelId: string;
  prompt: readonly Message[];
}

/** Searches for what was asked at first, as soon as it is shown; stops when nobody looks any more. */
export function useMeaningSearch(asked: Asked): { search: MeaningSearch; retry: () => void } {
  const [search, setSearch] = useState<MeaningSearch>({ type: 'loading' });
  const [{ modelId, prompt }, setAsked] = useState(asked);
  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    const tell = (next: MeaningSearch) => {
      if (!signal.aborted) setSearch(next);
    };
    tell({ type: 'loading' });
    follow({ modelId, prompt }, signal, tell).catch((error: unknown) =>
      tell({ type: 'failed', error }),
    );
    return () => controller.abort();
  }, [modelId, prompt]);
  return { search, retry: () => setAsked({ modelId, prompt: [...prompt] }) };
}

async function follow(
  { modelId, prompt }: Asked,
  signal: AbortSignal,
  tell: (next: MeaningSearch) => void,
): Promise<void> {
  const request = { model: { modelId }, prompts: [[...prompt]] };
  const events = await rpc.samples.nearestByMeaning(request, { signal });
  for await (const event of events) tell(event);
}

const storageKey = 'lima.nearest-by';

/** The model that samples are embedded with, which stays chosen on this machine; empty: by words. */
export function useNearestBy(): [string, (modelId: string) => void] {
  const [modelId, setModelId] = useState(() => localStorage.getItem(storageKey) ?? '');
  const choose = (next: string) => {
    localStorage.setItem(storageKey, next);
    setModelId(next);
  };
  return [modelId, choose];
}
