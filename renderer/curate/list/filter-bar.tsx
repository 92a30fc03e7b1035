import { useEffect, useState, type Ref } from 'react';
import { Search } from 'lucide-react';
import type { SampleFacets } from '../../../shared/contract/curate.ts';
import type { SampleFilter, SampleStatus } from '../../../shared/domain/sample.ts';
import { formatCount } from '../../../shared/text/numbers.ts';
import { rpc } from '../../rpc/client.ts';
import { useLastData, useQuery } from '../../rpc/use-query.ts';
import { Segments, Select, TextInput } from '../../ui/inputs/inputs.tsx';
import { focusWork } from '../../ui/work-focus.ts';
import { changeFilter, useCurate, type CurateState } from '../curate-store.ts';
import { flagTexts, sampleStatuses } from '../sample-labels.ts';
import './filter-bar.css';

const searchDelayMs = 200;

/** Narrows the list by status, source, flag and words; each choice says how many it would list. */
export function FilterBar({ searchRef }: { searchRef: Ref<HTMLInputElement> }) {
  const filter = useCurate((state) => state.filter);
  const facets = useLastData(useFacets(filter).data);
  return (
    <div className="filter-bar" role="search" aria-label="Filter samples">
      <SearchField searchRef={searchRef} />
      <StatusFilter facets={facets} />
      <div className="filter-selects">
        <SourceFilter facets={facets} />
        <FlagFilter facets={facets} />
      </div>
    </div>
  );
}

const everything: SampleFilter = {};
const allInBin: SampleFilter = { inBin: true };

/** What the list shows without conditions: all samples, or all in the bin. */
const useAllListed = () =>
  useCurate((state) => (state.filter.inBin === true ? allInBin : everything));

/** Counts under the conditions of a filter; over the whole project without one. */
export function useFacets(filter: SampleFilter = everything) {
  return useQuery(
    ['samples.facets', filter],
    (context) => rpc.samples.facets({ filter }, { signal: context.signal }),
    ['samples', 'reviews'],
  );
}

function SearchField({ searchRef }: { searchRef: Ref<HTMLInputElement> }) {
  const [text, setText] = useState(() => useCurate.getState().filter.query ?? '');
  useEffect(() => {
    if (text.trim() === (useCurate.getState().filter.query ?? '')) return undefined;
    const timer = setTimeout(() => changeFilter({ query: text.trim() }), searchDelayMs);
    return () => clearTimeout(timer);
  }, [text]);
  useEffect(() => useCurate.subscribe(forgetClearedQuery(() => setText(''))), []);
  return (
    <div className="filter-search">
      <Search size={14} aria-hidden />
      <TextInput
        ref={searchRef}
        type="search"
        label="Search samples"
        hideLabel
        placeholder="Search prompts and answers"
        value={text}
        onValue={setText}
        maxLength={1000}
        onKeyDown={(event) => {
          if (event.key !== 'Escape' && event.key !== 'Enter') return;
          if (event.key === 'Escape') setText('');
          event.currentTarget.blur();
          focusWork();
        }}
      />
    </div>
  );
}

/** The words go where the filter was cleared by another control. */
function forgetClearedQuery(forget: () => void) {
  return (state: CurateState, before: CurateState) => {
    if (before.filter.query !== undefined && state.filter.query === undefined) forget();
  };
}

interface FilterProps {
  facets: SampleFacets | undefined;
}

function statusLabel(status: SampleStatus | 'all', count: number | undefined): string {
  const word = `${status[0]?.toUpperCase()}${status.slice(1)}`;
  return count === undefined ? word : `${word} ${formatCount(count)}`;
}

function StatusFilter({ facets }: FilterProps) {
  const status = useCurate((state) => state.filter.status);
  const counts = facets?.statuses;
  const all = counts && counts.pending + counts.accepted + counts.rejected;
  return (
    <Segments
      label="Status"
      value={status ?? 'all'}
      options={[
        { value: 'all', label: statusLabel('all', all) },
        ...sampleStatuses.map((value) => ({ value, label: statusLabel(value, counts?.[value]) })),
      ]}
      onValue={(value) => changeFilter({ status: value === 'all' ? undefined : value })}
    />
  );
}

function SourceFilter({ facets }: FilterProps) {
  const source = useCurate((state) => state.filter.source);
  const all = useFacets(useAllListed()).data?.sources.map((entry) => entry.source) ?? [];
  const counts = new Map(facets?.sources.map((entry) => [entry.source, entry.samples]));
  const names = source === undefined || all.includes(source) ? all : [...all, source];
  return (
    <Select
      label="Source"
      hideLabel
      value={source === undefined ? '' : `=${source}`}
      options={[
        { value: '', label: 'All sources' },
        ...names.map((name) => ({
          value: `=${name}`,
          label: `${name} (${formatCount(counts.get(name) ?? 0)})`,
        })),
      ]}
      onValue={(value) => changeFilter({ source: value === '' ? undefined : value.slice(1) })}
    />
  );
}

function FlagFilter({ facets }: FilterProps) {
  const flag = useCurate((state) => state.filter.flag);
  const all = useFacets(useAllListed()).data?.flags.map((entry) => entry.flag) ?? [];
  const names = flag === undefined || flag === 'none' || all.includes(flag) ? all : [...all, flag];
  const counts = new Map(facets?.flags.map((entry) => [entry.flag, entry.samples]));
  return (
    <Select
      label="Flag"
      hideLabel
      value={flag ?? 'any'}
      options={[
        { value: 'any', label: 'Any flags' },
        { value: 'none', label: `No flags (${formatCount(facets?.unflagged ?? 0)})` },
        ...names.map((name) => ({
          value: name,
          label: `${flagTexts[name].meaning} (${formatCount(counts.get(name) ?? 0)})`,
        })),
      ]}
      onValue={(value) => changeFilter({ flag: value === 'any' ? undefined : value })}
    />
  );
}
