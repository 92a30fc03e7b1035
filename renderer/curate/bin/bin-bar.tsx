import { ArrowLeft, ArchiveRestore, Trash2 } from 'lucide-react';
import { formatCount, formatQuantity } from '../../../shared/text/numbers.ts';
import { rpc } from '../../rpc/client.ts';
import { useQuery } from '../../rpc/use-query.ts';
import { Button } from '../../ui/button.tsx';
import { EditButton } from '../../ui/edit-button.tsx';
import { clearMarks, useCurate } from '../curate-store.ts';
import { binMarked, emptyBin, restoreFiltered, restoreMarked, showBin } from './bin-actions.ts';
import './bin.css';

const useBinCount = () =>
  useQuery(['bin.count'], () => rpc.bin.count(), ['samples', 'reviews']).data?.samples ?? 0;

/** Leads to the bin as long as something is in it. */
export function BinButton() {
  const count = useBinCount();
  const isShown = useCurate((state) => state.filter.inBin === true);
  if (count === 0 && !isShown) return null;
  return (
    <Button
      variant="ghost"
      icon={<Trash2 size={14} />}
      aria-pressed={isShown}
      title={`${formatQuantity(count, 'sample')} in the bin`}
      onClick={() => showBin(!isShown)}
    >
      Bin {formatCount(count)}
    </Button>
  );
}

/** Above the list while it shows the bin: what that means, restoring and emptying. */
export function BinBar({ matching }: { matching: number }) {
  const isShown = useCurate((state) => state.filter.inBin === true);
  const count = useBinCount();
  if (!isShown) return null;
  return (
    <section className="bin-bar" aria-label="Bin">
      <Trash2 size={14} aria-hidden />
      <span>
        In the bin: {formatQuantity(count, 'sample')}, in no other list, count or dataset to come.
      </span>
      <span className="spacer" />
      <EditButton
        small
        icon={<ArchiveRestore size={14} />}
        disabled={matching === 0}
        onClick={restoreFiltered}
      >
        Restore {formatQuantity(matching, 'sample')}
      </EditButton>
      <EditButton small variant="danger" disabled={count === 0} onClick={emptyBin}>
        Empty the bin…
      </EditButton>
      <Button small icon={<ArrowLeft size={14} />} onClick={() => showBin(false)}>
        Back to the samples
      </Button>
    </section>
  );
}

/** What can be done with the samples that were marked in the list. */
export function MarkedActions() {
  const count = useCurate((state) => state.marked.size);
  const isInBin = useCurate((state) => state.filter.inBin === true);
  if (count === 0) return null;
  return (
    <div className="marked-actions" role="group" aria-label="Marked samples">
      <span>{formatCount(count)} marked</span>
      <EditButton small onClick={isInBin ? restoreMarked : binMarked}>
        {isInBin ? 'Restore' : 'Move to bin…'}
      </EditButton>
      <Button small variant="ghost" onClick={clearMarks}>
        Unmark
      </Button>
    </div>
  );
}
