import type { Dataset } from '../../../shared/domain/dataset.ts';
import { formatCount, formatQuantity } from '../../../shared/text/numbers.ts';
import type { QueryResult } from '../../rpc/use-query.ts';
import { Button } from '../../ui/button.tsx';
import { QueryView } from '../../ui/feedback/states.tsx';
import { formatMoment, shortHash } from '../../ui/format.ts';
import { goToTab } from '../../ui/navigation.ts';
import { useTrain } from '../train-store.ts';
import './picker.css';

interface DatasetPickerProps {
  datasets: QueryResult<Dataset[]>;
  chosenId: string | null;
}

/** Chooses a frozen dataset; without one it shows the way to Curate. */
export function DatasetPicker({ datasets, chosenId }: DatasetPickerProps) {
  return (
    <section className="run-form-section" aria-label="Dataset">
      <h2>Dataset</h2>
      <QueryView query={datasets}>
        {(list) =>
          list.length === 0 ? (
            <div className="picker-empty">
              <span className="dim">
                There is no frozen dataset yet. Accept samples in Curate, then freeze them.
              </span>
              <Button small onClick={() => goToTab('curate')}>
                Go to Curate
              </Button>
            </div>
          ) : (
            <div role="radiogroup" aria-label="Dataset">
              <ul className="picker">
                {list.map((dataset) => (
                  <DatasetOption
                    key={dataset.id}
                    dataset={dataset}
                    isChosen={dataset.id === chosenId}
                  />
                ))}
              </ul>
            </div>
          )
        }
      </QueryView>
    </section>
  );
}

function DatasetOption({ dataset, isChosen }: { dataset: Dataset; isChosen: boolean }) {
  const sources = dataset.bySource.map(
    ({ source, samples }) => `${source} ${formatCount(samples)}`,
  );
  return (
    <li>
      <div className="picker-option">
        <input
          type="radio"
          name="train-dataset"
          id={`dataset-${dataset.id}`}
          checked={isChosen}
          onChange={() => useTrain.setState({ datasetId: dataset.id })}
        />
        <label className="picker-text" htmlFor={`dataset-${dataset.id}`}>
          <span className="row">
            <span className="truncate">{dataset.name}</span>
            <span className="dim">{formatQuantity(dataset.samples, 'sample')}</span>
          </span>
          <span className="small dim">{sources.join(' · ')}</span>
          <span className="small faint truncate" title={dataset.contentHash}>
            {formatMoment(dataset.createdMs)} · {dataset.author} ·{' '}
            <code>{shortHash(dataset.contentHash)}</code>
          </span>
        </label>
      </div>
    </li>
  );
}
