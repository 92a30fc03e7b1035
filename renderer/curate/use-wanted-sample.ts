import { useEffect } from 'react';
import { rpc } from '../rpc/client.ts';
import { describeError } from '../rpc/rpc-error.ts';
import { useNavigation } from '../ui/navigation.ts';
import { showToast } from '../ui/feedback/toast.tsx';
import { useCurate } from './curate-store.ts';

/** Shows the sample that another tab asked for, whatever the filter was. */
export function useWantedSample(): void {
  const wantedId = useNavigation((state) => state.wantedSampleId);
  useEffect(() => {
    if (wantedId !== null) void show(wantedId);
  }, [wantedId]);
}

async function show(id: string): Promise<void> {
  useNavigation.setState({ wantedSampleId: null });
  try {
    const { seq } = await rpc.samples.get({ id });
    useCurate.setState({ filter: {}, retained: new Set(), selectedSeq: seq, editing: null });
  } catch (error) {
    showToast({ text: describeError(error).message, tone: 'bad' });
  }
}
