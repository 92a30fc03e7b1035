import { useState } from 'react';
import { formatCount, formatQuantity, formatShare } from '../../../shared/text/numbers.ts';
import { rpc } from '../../rpc/client.ts';
import { useAction } from '../../rpc/use-action.ts';
import { useQuery, type QueryResult } from '../../rpc/use-query.ts';
import { Button } from '../../ui/button.tsx';
import { EditButton } from '../../ui/edit-button.tsx';
import { Dialog } from '../../ui/dialogs/dialog.tsx';
import { ErrorView } from '../../ui/feedback/error-view.tsx';
import { QueryView } from '../../ui/feedback/states.tsx';
import { showToast } from '../../ui/feedback/toast.tsx';
import { shortHash } from '../../ui/format.ts';
import { TextInput } from '../../ui/inputs/inputs.tsx';
import { VisibleText } from '../../ui/text/visible-text.tsx';
import { showCurateDialog } from '../curate-store.ts';
import { useDrafts } from '../edit/drafts.ts';
import { DatasetWorkProgress, useDatasetWork } from './dataset-work.tsx';
import {
  freezeWarnings,
  limaComposition,
  type AcceptedSummary,
  type SourceShare,
  withShares,
} from './composition.ts';
import './freeze-dialog.css';

const close = () => showCurateDialog(null);

/** Freezes the accepted samples into a dataset that never changes again. */
export function FreezeDialog() {
  const datasets = useQuery(['datasets.list'], () => rpc.datasets.list(), ['datasets']);
  const summary = useAcceptedSummary();
  const [name, setName] = useState('');
  const isTaken = datasets.data?.some((dataset) => dataset.name === name.trim()) ?? false;
  const { work, run } = useDatasetWork();
  const freeze = useAction(async () => {
    const dataset = await run('Freezing', (named, options) =>
      rpc.datasets.freeze({ name: name.trim(), ...named }, options),
    );
    if (dataset === undefined) return;
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
      onClose={work?.cancel ?? close}
      footer={
        <>
          <Button onClick={work?.cancel ?? close}>{work ? 'Cancel freezing' : 'Cancel'}</Button>
          <EditButton
            variant="primary"
            disabled={name.trim() === '' || isTaken || accepted === 0}
            isBusy={freeze.isRunning}
            onClick={() => void freeze.run()}
          >
            Freeze {formatQuantity(accepted, 'sample')}
          </EditButton>
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
      <DatasetWorkProgress work={work} />
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
        <CompositionTable title="Accepted here" sources={summary.sources} />
        <CompositionTable title="LIMA, Table 1" sources={limaComposition} />
      </div>
    </>
  );
}

interface CompositionTableProps {
  title: string;
  sources: readonly SourceShare[];
}

/** Sources with their counts and shares; the bars of two tables side by side have one scale. */
function CompositionTable({ title, sources }: CompositionTableProps) {
  return (
    <table className="table composition" aria-label={title}>
      <thead>
        <tr>
          <th>{title}</th>
          <th className="number">Samples</th>
          <th className="number">Share</th>
        </tr>
      </thead>
      <tbody>
        {sources.map((source) => (
          <tr key={source.source}>
            <td>
              <VisibleText text={source.source} />
              <div className="composition-bar" style={{ width: `${100 * source.share}%` }} />
            </td>
            <td className="number">{formatCount(source.samples)}</td>
            <td className="number">{formatShare(source.share, source.share < 0.1 ? 1 : 0)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The accepted samples by source, with what is worth a warning. */
function useAcceptedSummary(): QueryResult<AcceptedSummary> {
  const unsavedDrafts = useDrafts((state) => Object.keys(state.drafts).length);
  return useQuery(['accepted summary', unsavedDrafts], () => summarize(unsavedDrafts), [
    'samples',
    'reviews',
  ]);
}

async function summarize(unsavedDrafts: number): Promise<AcceptedSummary> {
  const { statuses, sources } = await rpc.samples.facets();
  const counted = await Promise.all(
    sources.map(async ({ source }) => ({ source, samples: await countAccepted({ source }) })),
  );
  return {
    sources: withShares(counted.filter((source) => source.samples > 0)),
    accepted: statuses.accepted,
    flagged: statuses.accepted - (await countAccepted({ flag: 'none' })),
    pending: statuses.pending,
    unsavedDrafts,
  };
}

async function countAccepted(filter: { source: string } | { flag: 'none' }): Promise<number> {
  return (await rpc.samples.index({ filter: { ...filter, status: 'accepted' } })).count;
}
