import type { Ref } from 'react';
import { rpc } from '../rpc/client.ts';
import { useLastData, useQuery } from '../rpc/use-query.ts';
import { EmptyState, QueryView } from '../ui/feedback/states.tsx';
import { useCurate } from './curate-store.ts';
import { SampleDetail } from './detail/sample-detail.tsx';
import { NewSampleEditor, SampleEditor } from './edit/sample-editor.tsx';
import { useRowCache } from './list/row-cache.ts';
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

interface SelectedSampleProps {
  seq: number;
  isEditing: boolean;
  paneRef: Ref<HTMLDivElement>;
}

function SelectedSample({ seq, isEditing, paneRef }: SelectedSampleProps) {
  const row = useRowCache().get(seq);
  const id = row?.id;
  const query = useQuery(
    id === undefined ? null : ['samples.get', id],
    () => rpc.samples.get({ id: id ?? '' }),
    ['samples', 'reviews'],
  );
  const last = useLastData(query.data);
  const isCurrent = last !== undefined && last.id === id;
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
