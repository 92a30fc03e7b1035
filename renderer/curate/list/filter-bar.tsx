import { useEffect, useState, type Ref } from 'react';
import { Search } from 'lucide-react';
import type { SampleStatus } from '../../../shared/domain/sample.ts';
import { formatCount } from '../../../shared/text/numbers.ts';
import { rpc } from '../../rpc/client.ts';
import { useQuery } from '../../rpc/use-query.ts';
import { Segments, Select, TextInput } from '../../ui/inputs/inputs.tsx';
import { changeFilter, useCurate, type CurateState } from '../curate-store.ts';
import { flagTexts, sampleStatuses } from '../sample-labels.ts';
import './filter-bar.css';

const searchDelayMs = 200;

/** Narrows the list by status, source, flag and words. */
export function FilterBar({ searchRef }: { searchRef: Ref<HTMLInputElement> }) {
  return (
    <div className="filter-bar" role="search" aria-label="Filter samples">
      <SearchField searchRef={searchRef} />
      <StatusFilter />
      <div className="filter-selects">
        <SourceFilter />
        <FlagFilter />
      </div>
    </div>
  );
}

/** Counts over the whole project. */
export function useFacets() {
  return useQuery(['samples.facets'], () => rpc.samples.facets(), ['samples', 'reviews']);
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

function statusLabel(status: SampleStatus, count: number | undefined): string {
  const word = `${status[0]?.toUpperCase()}${status.slice(1)}`;
  return count === undefined ? word : `${word} ${formatCount(count)}`;
}

function StatusFilter() {
  const status = useCurate((state) => state.filter.status);
  const statuses = useFacets().data?.statuses;
  return (
    <Segments
      label="Status"
      value={status ?? 'all'}
      options={[
        { value: 'all', label: 'All' },
        ...sampleStatuses.map((value) => ({
          value,
          label: statusLabel(value, statuses?.[value]),
        })),
      ]}
      onValue={(value) => changeFilter({ status: value === 'all' ? undefined : value })}
    />
  );
}

function SourceFilter() {
  const source = useCurate((state) => state.filter.source);
  const sources = useFacets().data?.sources ?? [];
  const isListed = source === undefined || sources.some((entry) => entry.source === source);
  return (
    <Select
      label="Source"
      hideLabel
      value={source === undefined ? '' : `=${source}`}
      options={[
        { value: '', label: 'All sources' },
        ...sources.map((entry) => ({
          value: `=${entry.source}`,
          label: `${entry.source} (${formatCount(entry.samples)})`,
        })),
        ...(isListed ? [] : [{ value: `=${source}`, label: `${source} (0)` }]),
      ]}
      onValue={(value) => changeFilter({ source: value === '' ? undefined : value.slice(1) })}
    />
  );
}

function FlagFilter() {
  const flag = useCurate((state) => state.filter.flag);
  const facets = useFacets().data;
  const rules = facets?.flags ?? [];
  return (
    <Select
      label="Flag"
      hideLabel
      value={flag ?? 'any'}
      options={[
        { value: 'any', label: 'Any flags' },
        { value: 'none', label: `No flags (${formatCount(facets?.unflagged ?? 0)})` },
        ...rules.map((entry) => ({
          value: entry.flag,
          label: `${flagTexts[entry.flag].meaning} (${formatCount(entry.samples)})`,
        })),
      ]}
      onValue={(value) => changeFilter({ flag: value === 'any' ? undefined : value })}
    />
  );
}
