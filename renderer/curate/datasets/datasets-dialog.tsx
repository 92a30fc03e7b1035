import { useState } from 'react';
import type { Labels } from '../../../shared/domain/label.ts';
import type { Dataset, ExportFormat } from '../../../shared/domain/dataset.ts';
import { cutText, previewLine } from '../../../shared/text/foreign-text.ts';
import { formatBytes, formatCount, formatQuantity } from '../../../shared/text/numbers.ts';
import { rpc } from '../../rpc/client.ts';
import { useAction } from '../../rpc/use-action.ts';
import { useQuery } from '../../rpc/use-query.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialogs/dialog.tsx';
import { CopyButton } from '../../ui/feedback/copy-button.tsx';
import { ErrorView } from '../../ui/feedback/error-view.tsx';
import { EmptyState, QueryView } from '../../ui/feedback/states.tsx';
import { showToast } from '../../ui/feedback/toast.tsx';
import { exportFile } from '../../ui/files/export-file.tsx';
import { formatMoment, shortHash } from '../../ui/format.ts';
import { trainOn } from '../../ui/next-steps.ts';
import { Checkbox, Select, type Option } from '../../ui/inputs/inputs.tsx';
import { Tagged, ThingLabels } from '../../ui/things/thing-labels.tsx';
import { ThingMenu, useThingKeys } from '../../ui/things/thing-menu.tsx';
import { useLabels } from '../../ui/things/things-store.ts';
import { showCurateDialog } from '../curate-store.ts';
import { DatasetWorkProgress, useDatasetWork } from './dataset-work.tsx';

const formats: readonly Option<ExportFormat>[] = [
  { value: 'messages', label: 'Export as OpenAI messages' },
  { value: 'alpaca', label: 'Export as Alpaca' },
  { value: 'sharegpt', label: 'Export as ShareGPT' },
  { value: 'lima', label: 'Export as LIMA conversations' },
];

/** Every frozen dataset, and the way to a file. */
export function DatasetsDialog() {
  const datasets = useQuery(['datasets.list'], () => rpc.datasets.list(), ['datasets']);
  const [format, setFormat] = useState<ExportFormat>('messages');
  const [attribution, setAttribution] = useState(false);
  const { work, run } = useDatasetWork();
  const exporting = useAction((dataset: Dataset, form: ExportFormat) =>
    exportDataset(
      dataset,
      (target) =>
        run('Exporting', (named, options) =>
          rpc.datasets.export(
            { datasetId: dataset.id, format: form, attribution, ...target, ...named },
            options,
          ),
        ),
      form,
    ),
  );
  return (
    <Dialog title="Datasets" isWide onClose={() => showCurateDialog(null)}>
      <QueryView query={datasets}>
        {(list) =>
          list.length === 0 ? (
            <EmptyState title="No datasets yet">
              Accept samples, then freeze them: a dataset keeps their exact versions.
            </EmptyState>
          ) : (
            <>
              <Select label="File format" value={format} options={formats} onValue={setFormat} />
              <Checkbox
                label="With address, authors and licence of each sample"
                isChecked={attribution}
                onChecked={setAttribution}
              />
              <Tagged thing="dataset" list={list}>
                {(shown) => (
                  <DatasetTable
                    datasets={shown}
                    newestId={list[0]?.id}
                    isBusy={exporting.isRunning}
                    onExport={(dataset) => void exporting.run(dataset, format)}
                  />
                )}
              </Tagged>
            </>
          )
        }
      </QueryView>
      <DatasetWorkProgress work={work} />
      {work && <Button onClick={work.cancel}>Cancel exporting</Button>}
      {exporting.error !== undefined && <ErrorView error={exporting.error} />}
    </Dialog>
  );
}

type Written = Awaited<ReturnType<typeof rpc.datasets.export>>;

async function exportDataset(
  dataset: Dataset,
  save: (target: { path: string; overwrite: boolean }) => Promise<Written | undefined>,
  format: ExportFormat,
): Promise<void> {
  const written = await exportFile(
    {
      title: `Export “${previewLine(dataset.name)}”`,
      suggestedName: `${cutText(dataset.name, 100)}.${format}.jsonl`,
    },
    save,
  );
  if (written === undefined) return;
  showToast({
    text: `Wrote ${formatQuantity(written.samples, 'sample')} (${formatBytes(written.sizeBytes)}) to ${written.path}`,
    tone: 'good',
  });
}

interface DatasetTableProps {
  datasets: readonly Dataset[];
  /** The one to train on next. */
  newestId: string | undefined;
  isBusy: boolean;
  onExport: (dataset: Dataset) => void;
}

function DatasetTable({ datasets, newestId, isBusy, onExport }: DatasetTableProps) {
  const labelsOf = useLabels('dataset');
  return (
    <table className="table" aria-label="Datasets">
      <thead>
        <tr>
          <th>Name</th>
          <th className="number">Samples</th>
          <th>Sources</th>
          <th>Hash</th>
          <th>Frozen</th>
          <th>
            <span className="visually-hidden">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {datasets.map((dataset) => (
          <DatasetRow
            key={dataset.id}
            dataset={dataset}
            isNewest={dataset.id === newestId}
            labels={labelsOf(dataset.id)}
            isBusy={isBusy}
            onExport={onExport}
          />
        ))}
      </tbody>
    </table>
  );
}

interface DatasetRowProps extends Omit<DatasetTableProps, 'datasets' | 'newestId'> {
  dataset: Dataset;
  isNewest: boolean;
  labels: Labels;
}

function DatasetRow({ dataset, isNewest, labels, isBusy, onExport }: DatasetRowProps) {
  const target = { thing: 'dataset', id: dataset.id, name: dataset.name } as const;
  return (
    <tr ref={useThingKeys(target)}>
      <td>
        <strong>{dataset.name}</strong>
        <ThingLabels labels={labels} />
      </td>
      <td className="number">{formatCount(dataset.samples)}</td>
      <td className="dim">
        {dataset.bySource.map((part) => `${part.source} ${formatCount(part.samples)}`).join(', ')}
      </td>
      <td>
        <span className="row">
          <code title={dataset.contentHash}>{shortHash(dataset.contentHash)}</code>
          <CopyButton text={dataset.contentHash} label={`Copy hash of ${dataset.name}`} />
        </span>
      </td>
      <td className="dim">
        {formatMoment(dataset.createdMs)}
        <br />
        {dataset.author}
      </td>
      <td>
        <span className="row">
          <Button
            small
            variant={isNewest ? 'primary' : 'default'}
            aria-label={`Train on this: ${dataset.name}`}
            onClick={() => {
              showCurateDialog(null);
              trainOn(dataset.id);
            }}
          >
            Train on this
          </Button>
          <Button
            small
            isBusy={isBusy}
            aria-label={`Export ${dataset.name}`}
            onClick={() => onExport(dataset)}
          >
            Export…
          </Button>
          <ThingMenu target={target} />
        </span>
      </td>
    </tr>
  );
}
