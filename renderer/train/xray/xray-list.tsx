import { memo, useEffect, useRef, useMemo } from 'react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { allTokens, xrayProblems } from '../../../shared/domain/xray-totals.ts';
import type { XrayRow } from '../../../shared/domain/xray.ts';
import { formatCount } from '../../../shared/text/numbers.ts';
import { xrayProblemText } from '../../../shared/text/xray.ts';
import { Button } from '../../ui/button.tsx';
import { Badge } from '../../ui/feedback/badge.tsx';
import { EmptyState } from '../../ui/feedback/states.tsx';
import { Select, type Option } from '../../ui/inputs/inputs.tsx';
import { VisibleText } from '../../ui/text/visible-text.tsx';
import { problemWords, type XrayFilterState, type XrayOrder } from './xray-rows.ts';
import { selectXraySample, useXray } from './xray-store.ts';
import './xray-list.css';

const rowHeightPx = 50;

/** The samples under the filter; only what is visible is in the page. */
export function XrayList({ rows }: { rows: readonly XrayRow[] }) {
  const scroller = useRef<HTMLDivElement>(null);
  const selectedId = useXray((state) => state.selectedId);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeightPx,
    overscan: 12,
  });
  useEffect(() => {
    const index = rows.findIndex(({ sampleId }) => sampleId === selectedId);
    if (index >= 0) virtualizer.scrollToIndex(index, { align: 'auto' });
  }, [rows, selectedId, virtualizer]);
  if (rows.length === 0) return <NothingListed />;
  return (
    <div
      ref={scroller}
      className="xray-list"
      role="listbox"
      aria-label="Samples of the dataset"
      aria-activedescendant={selectedId === null ? undefined : `xray-${selectedId}`}
      tabIndex={0}
      data-work
    >
      <div className="xray-list-space" style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map(({ index, start }) => {
          const row = rows[index];
          return (
            row && (
              <Row
                key={row.sampleId}
                row={row}
                topPx={start}
                isSelected={row.sampleId === selectedId}
              />
            )
          );
        })}
      </div>
    </div>
  );
}

interface RowProps {
  row: XrayRow;
  topPx: number;
  isSelected: boolean;
}

const Row = memo(function Row({ row, topPx, isSelected }: RowProps) {
  const { sampleId, prompt, source, trainedTokens } = row;
  return (
    // Keys are handled for the whole view.
    <div
      id={`xray-${sampleId}`}
      role="option"
      tabIndex={-1}
      aria-selected={isSelected}
      className="xray-row"
      style={{ height: rowHeightPx, transform: `translateY(${topPx}px)` }}
      onMouseDown={() => selectXraySample(sampleId)}
    >
      <span className="truncate">
        <VisibleText text={prompt === '' ? '(no question)' : prompt} />
      </span>
      <span className="xray-row-count" title="trained tokens of all its tokens">
        {formatCount(trainedTokens)} / {formatCount(allTokens(row))}
      </span>
      <span className="xray-row-meta small faint">
        <span className="truncate">
          <VisibleText text={source} />
        </span>
        <HeldOutBadge sampleId={sampleId} />
        <ProblemBadge row={row} />
      </span>
    </div>
  );
});

function HeldOutBadge({ sampleId }: { sampleId: string }) {
  const isHeldOut = useXray(({ heldOutIds }) => heldOutIds.has(sampleId));
  return isHeldOut && <Badge title="Never trained on, only measured">held out</Badge>;
}

function ProblemBadge({ row }: { row: XrayRow }) {
  const maxTokens = useXray((state) => state.maxTokens);
  const [problem] = xrayProblems(row);
  if (problem === undefined) return null;
  return (
    <Badge tone={problem === 'dropped' ? 'bad' : 'warn'} title={xrayProblemText(row, maxTokens)}>
      {problemWords[problem]}
    </Badge>
  );
}

function NothingListed() {
  const { rows, phase } = useXray();
  if (rows.length === 0 && phase === 'counting') return <div className="xray-list" />;
  return (
    <EmptyState
      title="Nothing matches"
      actions={
        <Button onClick={() => useXray.setState({ source: '', problem: '' })}>
          Show every sample
        </Button>
      }
    >
      No sample is of this source and in this state.
    </EmptyState>
  );
}

const problemOptions: readonly Option<XrayFilterState>[] = [
  { value: '', label: 'Any state' },
  { value: 'any', label: 'Not whole' },
  { value: 'dropped', label: 'Left out' },
  { value: 'truncated', label: 'Cut' },
  { value: 'split', label: 'Split' },
  { value: 'perAnswer', label: 'One per answer' },
  { value: 'masked', label: 'Answers masked' },
  { value: 'thoughtless', label: 'Without thinking' },
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
