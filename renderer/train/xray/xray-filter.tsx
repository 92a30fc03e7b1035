import { useMemo } from 'react';
import { Select, type Option } from '../../ui/inputs/inputs.tsx';
import type { XrayFilterState, XrayOrder } from './xray-rows.ts';
import { useXray } from './xray-store.ts';

const problemOptions: readonly Option<XrayFilterState>[] = [
  { value: '', label: 'Any state' },
  { value: 'any', label: 'Not whole' },
  { value: 'dropped', label: 'Left out' },
  { value: 'truncated', label: 'Cut' },
  { value: 'split', label: 'Split' },
  { value: 'unended', label: 'No end of turn' },
  { value: 'held-out', label: 'Held out' },
];

const orderOptions: readonly Option<XrayOrder>[] = [
  { value: 'dataset', label: 'Dataset order' },
  { value: 'longest', label: 'Longest first' },
  { value: 'least-trained', label: 'Least trained first' },
];

/** Which samples are listed, and in which order. */
export function XrayFilter() {
  const { rows, source, problem, order } = useXray();
  const sources = useMemo(
    () => [...new Set(rows.map((row) => row.source))].toSorted((a, b) => a.localeCompare(b)),
    [rows],
  );
  return (
    <div className="xray-filter">
      <Select
        label="Source"
        hideLabel
        value={source}
        options={[
          { value: '', label: 'All sources' },
          ...sources.map((name) => ({ value: name, label: name })),
        ]}
        onValue={(next) => useXray.setState({ source: next })}
      />
      <Select
        label="State"
        hideLabel
        value={problem}
        options={problemOptions}
        onValue={(next) => useXray.setState({ problem: next })}
      />
      <Select
        label="Order"
        hideLabel
        value={order}
        options={orderOptions}
        onValue={(next) => useXray.setState({ order: next })}
      />
    </div>
  );
}
