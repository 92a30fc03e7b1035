import { useEffect, type Ref } from 'react';
import type { ChangeTopic } from '../../shared/contract/app.ts';
import { rpc } from '../rpc/client.ts';
import { prefetch, useLastData, useQuery } from '../rpc/use-query.ts';
import { EmptyState, QueryView } from '../ui/feedback/states.tsx';
import { useCurate } from './curate-store.ts';
import { SampleDetail } from './detail/sample-detail.tsx';
import { NewSampleEditor, SampleEditor } from './edit/sample-editor.tsx';
import { rowCache, useRowCache } from './list/row-cache.ts';
import './detail-pane.css';

/** The selected sample to read, to edit, or a new one to write. */
export function DetailPane({ paneRef }: { paneRef: Ref<HTMLDivElement> }) {
  const editing = useCurate((state) => state.editing);
  const selectedSeq = useCurate((state) => state.selectedSeq);
  if (editing === 'new') return <NewSampleEditor />;
  if (selectedSeq === null)
    return <EmptyState title="No sample selected">Choose one on the left, or press J.</EmptyState>;
  return <SelectedSample seq={selectedSeq} isEditing={editing !== null} paneRef={paneRef} />;
}

const keyOf = (id: string) => ['samples.get', id];
const topics: readonly ChangeTopic[] = ['samples', 'reviews'];

/** Asks for the samples around the one that is shown: a review then shows the next one at once. */
function useNeighbours(seq: number, isShown: boolean): void {
  const seqs = useCurate((state) => state.seqs);
  useEffect(() => {
    if (!isShown) return;
    const index = seqs.indexOf(seq);
    for (const near of [seqs[index + 1], seqs[index + 2], seqs[index - 1]]) {
      const id = near === undefined ? undefined : rowCache.get(near)?.id;
      if (id !== undefined) prefetch(keyOf(id), () => rpc.samples.get({ id }), topics);
    }
  }, [seqs, seq, isShown]);
}

interface SelectedSampleProps {
  seq: number;
  isEditing: boolean;
  paneRef: Ref<HTMLDivElement>;
}

function SelectedSample({ seq, isEditing, paneRef }: SelectedSampleProps) {
  const row = useRowCache().get(seq);
  const id = row?.id;
  const query = useQuery(
    id === undefined ? null : keyOf(id),
    () => rpc.samples.get({ id: id ?? '' }),
    topics,
  );
  const last = useLastData(query.data);
  const isCurrent = last !== undefined && last.id === id;
  useNeighbours(seq, isCurrent);
  const shown = query.error === undefined ? { ...query, data: last, isLoading: false } : query;
  return (
    <QueryView query={shown}>
      {(sample) =>
        isEditing && isCurrent ? (
          <SampleEditor key={sample.id} sample={sample} />
        ) : (
          <SampleDetail sample={sample} paneRef={paneRef} />
        )
      }
    </QueryView>
  );
}
