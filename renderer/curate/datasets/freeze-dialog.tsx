import { useState } from 'react';
import { rpc } from '../../rpc/client.ts';
import { useAction } from '../../rpc/use-action.ts';
import { useQuery } from '../../rpc/use-query.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialogs/dialog.tsx';
import { ErrorView } from '../../ui/feedback/error-view.tsx';
import { formatQuantity, shortHash } from '../../ui/format.ts';
import { TextInput } from '../../ui/inputs/inputs.tsx';
import { QueryView } from '../../ui/feedback/states.tsx';
import { showToast } from '../../ui/feedback/toast.tsx';
import { CompositionTable } from './composition-table.tsx';
import { freezeWarnings, limaComposition, type AcceptedSummary } from './composition.ts';
import { showCurateDialog } from '../curate-store.ts';
import { useAcceptedSummary } from './use-accepted-summary.ts';

const close = () => showCurateDialog(null);

/** Freezes the accepted samples into a dataset that never changes again. */
export function FreezeDialog() {
  const datasets = useQuery(['datasets.list'], () => rpc.datasets.list(), ['datasets']);
  const summary = useAcceptedSummary();
  const [name, setName] = useState('');
  const isTaken = datasets.data?.some((dataset) => dataset.name === name.trim()) ?? false;
  const freeze = useAction(async () => {
    const dataset = await rpc.datasets.freeze({ name: name.trim() });
    const amount = formatQuantity(dataset.samples, 'sample');
    showToast({
      text: `Froze ${amount} as “${dataset.name}” (${shortHash(dataset.contentHash)}).`,
      tone: 'good',
    });
    showCurateDialog({ kind: 'datasets' });
  });
  const accepted = summary.data?.accepted ?? 0;
  return (
    <Dialog
      title="Freeze a dataset"
      isWide
      onClose={close}
      footer={
        <>
          <Button onClick={close}>Cancel</Button>
          <Button
            variant="primary"
            disabled={name.trim() === '' || isTaken || accepted === 0}
            isBusy={freeze.isRunning}
            onClick={() => void freeze.run()}
          >
            Freeze {formatQuantity(accepted, 'sample')}
          </Button>
        </>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim() !== '' && !isTaken) void freeze.run();
        }}
      >
        <TextInput
          label="Name"
          data-autofocus
          value={name}
          onValue={setName}
          maxLength={100}
          error={isTaken ? 'There is a dataset of this name already.' : undefined}
          hint="Exact versions in list order, with a hash: training runs refer to it."
        />
      </form>
      <QueryView query={summary}>{(data) => <Summary summary={data} />}</QueryView>
      {freeze.error !== undefined && <ErrorView error={freeze.error} />}
    </Dialog>
  );
}

function Summary({ summary }: { summary: AcceptedSummary }) {
  const warnings = freezeWarnings(summary);
  return (
    <>
      {warnings.length > 0 && (
        <ul className="warnings" aria-label="Warnings">
          {warnings.map((warning) => (
            <li key={warning}>{warning}</li>
          ))}
        </ul>
      )}
      <div className="composition-pair">
        <CompositionTable title="Accepted here" parts={summary.parts} />
        <CompositionTable title="LIMA, Table 1" parts={limaComposition} />
      </div>
    </>
  );
}
