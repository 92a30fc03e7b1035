import { useEffect, useState } from 'react';
import type { DuplicatesEvent, DuplicatesRequest } from '../../../shared/contract/duplicates.ts';
import { duplicatesText } from '../../../shared/text/duplicates.ts';
import { formatQuantity } from '../../../shared/text/numbers.ts';
import { rpc } from '../../rpc/client.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialogs/dialog.tsx';
import { ErrorView } from '../../ui/feedback/error-view.tsx';
import { ProgressBar } from '../../ui/feedback/progress.tsx';
import { EmptyState, LoadingState } from '../../ui/feedback/states.tsx';
import { Select } from '../../ui/inputs/inputs.tsx';
import { showCurateDialog } from '../curate-store.ts';
import { DuplicateGroups } from './duplicate-groups.tsx';
import './duplicates.css';

const close = () => showCurateDialog(null);

/** Samples that say the same, group by group, to keep one of each. */
export function DuplicatesDialog() {
  const [asked, ask] = useState<DuplicatesRequest>({ kind: 'near', threshold: 0.4, part: 'all' });
  return (
    <Dialog
      title="Duplicates"
      isWide
      onClose={close}
      footer={<Button onClick={close}>Close</Button>}
    >
      <DuplicatesChoice asked={asked} onAsk={ask} />
      <DuplicatesFound key={JSON.stringify(asked)} asked={asked} />
    </Dialog>
  );
}

const alike = ['0.3', '0.4', '0.5', '0.7', '0.9'] as const;

function DuplicatesChoice({
  asked,
  onAsk,
}: {
  asked: DuplicatesRequest;
  onAsk: (asked: DuplicatesRequest) => void;
}) {
  const threshold = alike.find((value) => Number(value) === asked.threshold) ?? '0.4';
  return (
    <div className="row row-wrap duplicates-choice">
      <Select
        label="Alike are samples with"
        value={asked.kind === 'exact' ? 'exact' : threshold}
        options={[
          { value: 'exact', label: 'the same words, case and punctuation aside' },
          ...alike.toReversed().map((value) => ({
            value,
            label: `${Math.round(Number(value) * 100)} % of three-word runs in common`,
          })),
        ]}
        onValue={(value) =>
          onAsk(
            value === 'exact'
              ? { ...asked, kind: 'exact' }
              : { ...asked, kind: 'near', threshold: Number(value) },
          )
        }
      />
      <Select
        label="Compare"
        value={asked.part}
        options={[
          { value: 'all', label: 'whole conversations' },
          { value: 'prompt', label: 'what users say' },
          { value: 'answer', label: 'answers' },
        ]}
        onValue={(part) => onAsk({ ...asked, part })}
      />
    </div>
  );
}

function DuplicatesFound({ asked }: { asked: DuplicatesRequest }) {
  const { search, again } = useDuplicates(asked);
  if (search.type === 'failed') return <ErrorView error={search.error} onRetry={again} />;
  if (search.type === 'begun') return <LoadingState label="Comparing samples…" />;
  if (search.type === 'compared')
    return (
      <div className="column" role="status">
        <span className="small dim">
          Compared {search.done} of {formatQuantity(search.total, 'sample')}
        </span>
        <ProgressBar label="Compared samples" done={search.done} total={search.total} />
      </div>
    );
  if (search.groups.length === 0)
    return <EmptyState title="No duplicates">{duplicatesText(search)}</EmptyState>;
  return (
    <>
      <p className="small dim">{duplicatesText(search)}</p>
      <DuplicateGroups groups={search.groups} onAgain={again} />
    </>
  );
}

/** How far a search for duplicates has come. */
type DuplicatesSearch = { type: 'begun' } | DuplicatesEvent | { type: 'failed'; error: unknown };

/** Searches for what was asked at first, as soon as it is shown; stops when nobody looks any more. */
function useDuplicates(wanted: DuplicatesRequest): {
  search: DuplicatesSearch;
  again: () => void;
} {
  const [search, setSearch] = useState<DuplicatesSearch>({ type: 'begun' });
  const [asked, setAsked] = useState(wanted);
  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    const tell = (next: DuplicatesSearch) => {
      if (!signal.aborted) setSearch(next);
    };
    tell({ type: 'begun' });
    follow(asked, signal, tell).catch((error: unknown) => tell({ type: 'failed', error }));
    return () => controller.abort();
  }, [asked]);
  return { search, again: () => setAsked({ ...asked }) };
}

async function follow(
  asked: DuplicatesRequest,
  signal: AbortSignal,
  tell: (next: DuplicatesSearch) => void,
): Promise<void> {
  const events = await rpc.samples.duplicates(asked, { signal });
  for await (const event of events) tell(event);
}
