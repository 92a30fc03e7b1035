import {
  Activity,
  ChevronDown,
  Database,
  Download,
  GitMerge,
  Library,
  Snowflake,
  SquarePen,
} from 'lucide-react';
import { formatQuantity } from '../../shared/text/numbers.ts';
import { rpc } from '../rpc/client.ts';
import { usePacketKind, usePipeline } from '../rpc/project.ts';
import { useQuery } from '../rpc/use-query.ts';
import { Button } from '../ui/button.tsx';
import { EditButton } from '../ui/edit-button.tsx';
import { Menu } from '../ui/dialogs/menu.tsx';
import { trainOn } from '../ui/next-steps.ts';
import { VisibleText } from '../ui/text/visible-text.tsx';
import { binFiltered } from './bin/bin-actions.ts';
import { BinButton } from './bin/bin-bar.tsx';
import { edit, retain, selectSample, showCurateDialog, useCurate } from './curate-store.ts';
import { useFacets } from './list/filter-bar.tsx';
import { reviewFiltered } from './review-actions.ts';
import './curate-toolbar.css';

/** What can be done with the whole list: bring in, review in bulk, freeze; in a packet review alone. */
export function CurateToolbar({ matching }: { matching: number }) {
  const isPacket = usePacketKind() !== null;
  const isBin = useCurate((state) => state.filter.inBin === true);
  return (
    <div className="curate-toolbar" role="toolbar" aria-label="Curate">
      {!isPacket && <AddButtons />}
      {!isBin && <BulkMenu matching={matching} canBin={!isPacket} />}
      {!isPacket && <BinButton />}
      <EditConflicts />
      <span className="spacer" />
      {!isPacket && <DatasetButtons />}
    </div>
  );
}

function AddButtons() {
  return (
    <>
      <EditButton
        icon={<Download size={14} />}
        onClick={() => showCurateDialog({ kind: 'import' })}
      >
        Import…
      </EditButton>
      <Button icon={<Library size={14} />} onClick={() => showCurateDialog({ kind: 'scan' })}>
        Pick from dumps…
      </Button>
      <EditButton icon={<SquarePen size={14} />} onClick={() => edit('new')}>
        New sample
      </EditButton>
    </>
  );
}

function DatasetButtons() {
  const datasets = useQuery(['datasets.list'], () => rpc.datasets.list(), ['datasets']);
  const accepted = useFacets().data?.statuses.accepted ?? 0;
  return (
    <>
      <Button
        variant="ghost"
        icon={<Database size={14} />}
        onClick={() => showCurateDialog({ kind: 'datasets' })}
      >
        {formatQuantity(datasets.data?.length ?? 0, 'dataset')}
      </Button>
      <NextAction accepted={accepted} />
    </>
  );
}

/** Freezing, or, where the accepted samples are frozen as they are, training on them. */
function NextAction({ accepted }: { accepted: number }) {
  const pipeline = usePipeline().data;
  const dataset = pipeline?.dataset;
  if (dataset?.isCurrent)
    return (
      <Button
        variant="primary"
        className="curate-train"
        icon={<Activity size={14} />}
        title={`All ${formatQuantity(accepted, 'accepted sample')} are frozen as “${dataset.name}”, unchanged since`}
        onClick={() => trainOn(dataset.id)}
      >
        <span className="truncate">
          Train on “<VisibleText text={dataset.name} />”
        </span>
      </Button>
    );
  return (
    <EditButton
      variant={accepted === 0 ? 'default' : 'primary'}
      icon={<Snowflake size={14} />}
      disabled={accepted === 0}
      title={accepted === 0 ? 'Accept some samples first' : 'Freeze the accepted samples'}
      onClick={() => showCurateDialog({ kind: 'freeze' })}
    >
      Freeze {formatQuantity(accepted, 'sample')}…
    </EditButton>
  );
}

/** Leads from one sample with edits beside each other to the next; nothing where there are none. */
function EditConflicts() {
  const conflicts = useQuery(['merges.editConflicts'], () => rpc.merges.editConflicts(), [
    'samples',
  ]);
  const selectedSeq = useCurate((state) => state.selectedSeq);
  const all = conflicts.data ?? [];
  if (all.length === 0) return null;
  const next = all.find(({ seq }) => seq > (selectedSeq ?? 0)) ?? all[0];
  return (
    <Button
      icon={<GitMerge size={14} />}
      title="Samples that were edited in two copies: shows the next one"
      onClick={() => {
        if (next) retain(next.seq);
        selectSample(next?.seq ?? null);
      }}
    >
      {formatQuantity(all.length, 'edit')} to choose
    </Button>
  );
}

function BulkMenu({ matching, canBin }: { matching: number; canBin: boolean }) {
  const amount = formatQuantity(matching, 'sample');
  return (
    <Menu
      trigger={
        <Button disabled={matching === 0}>
          Review all
          <ChevronDown size={13} aria-hidden />
        </Button>
      }
      items={[
        { label: `Accept ${amount}…`, run: () => reviewFiltered('accept') },
        { label: `Reject ${amount}…`, run: () => reviewFiltered('reject') },
        { label: `Reset ${amount} to pending…`, run: () => reviewFiltered('reset') },
        {
          label: 'Find duplicates…',
          run: () => showCurateDialog({ kind: 'duplicates' }),
          separator: true,
        },
        ...(canBin
          ? [
              {
                label: `Move ${amount} to the bin…`,
                run: binFiltered,
                isDangerous: true,
                separator: true,
              },
            ]
          : []),
      ]}
    />
  );
}
