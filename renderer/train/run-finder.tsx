import { jobStateSchema } from '../../shared/domain/job.ts';
import { runOrders, type RunFilter, type RunOrder } from '../../shared/domain/runs/run-filter.ts';
import type { Run } from '../../shared/domain/run.ts';
import { Select, TextInput } from '../ui/inputs/inputs.tsx';
import { filterList } from './train-store.ts';

const orderWords: Record<RunOrder, string> = {
  newest: 'Newest first',
  oldest: 'Oldest first',
  name: 'By name',
  loss: 'Lowest loss',
  'dev-loss': 'Lowest dev loss',
  time: 'Shortest time',
};
const orders = runOrders.map((value) => ({ value, label: orderWords[value] }));

/** To the run that is shown, else to the first one. */
function focusList(): void {
  const items = [...document.querySelectorAll<HTMLElement>('.run-list .run-item')];
  const shown = items.find(({ ariaCurrent }) => ariaCurrent === 'true');
  (shown ?? items[0])?.focus();
}

/** Searches, filters and sorts the list of runs. */
export function RunFinder({ runs, filter }: { runs: readonly Run[]; filter: RunFilter }) {
  const states = jobStateSchema.options.filter(
    (state) => state === filter.state || runs.some((run) => run.state === state),
  );
  return (
    <div className="run-finder" role="search" aria-label="Runs">
      <TextInput
        label="Find runs"
        hideLabel
        type="search"
        placeholder="Name, model, dataset"
        value={filter.text}
        onValue={(text) => filterList({ text })}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          filterList({ text: '' });
          // The list has every run again by then.
          setTimeout(focusList);
        }}
      />
      <Select
        label="State of runs"
        hideLabel
        value={filter.state}
        options={[
          { value: 'all', label: 'Any state' },
          ...states.map((value) => ({ value, label: value })),
        ]}
        onValue={(state) => filterList({ state })}
      />
      <Select
        label="Order of runs"
        hideLabel
        value={filter.order}
        options={orders}
        onValue={(order) => filterList({ order })}
      />
    </div>
  );
}
