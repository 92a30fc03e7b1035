import { useEffect, useRef } from 'react';
import { useVirtualizer, type Virtualizer } from '@tanstack/react-virtual';
import { formatQuantity } from '../../../shared/text/numbers.ts';
import { Button } from '../../ui/button.tsx';
import { EditButton } from '../../ui/edit-button.tsx';
import { ErrorView } from '../../ui/feedback/error-view.tsx';
import { EmptyState, LoadingState } from '../../ui/feedback/states.tsx';
import {
  changeFilter,
  clearMarks,
  dropRetained,
  markThrough,
  selectSample,
  showCurateDialog,
  toggleMark,
  useCurate,
} from '../curate-store.ts';
import { useRowCache } from './row-cache.ts';
import { SampleListRow, rowHeightPx, type ClickKind } from './sample-list-row.tsx';
import type { ListedSamples } from './use-sample-list.ts';
import './sample-list.css';

/** The samples under the filter: only what is visible is in the page. */
export function SampleList({ list }: { list: ListedSamples }) {
  const { query, seqs } = list;
  return (
    <>
      {query.error !== undefined && <ErrorView error={query.error} onRetry={query.refetch} />}
      {seqs.length > 0 && <VirtualRows seqs={seqs} />}
      {seqs.length === 0 && query.isLoading && <LoadingState />}
      {seqs.length === 0 && query.data && <NothingListed />}
      <ListFooter list={list} />
    </>
  );
}

function VirtualRows({ seqs }: { seqs: readonly number[] }) {
  const scroller = useRef<HTMLDivElement>(null);
  const cache = useRowCache();
  const selectedSeq = useCurate((state) => state.selectedSeq);
  const marked = useCurate((state) => state.marked);
  const virtualizer = useVirtualizer({
    count: seqs.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeightPx,
    overscan: 12,
  });
  const items = virtualizer.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? -1;
  useEffect(() => cache.show(seqs, first, last), [cache, seqs, first, last]);
  useEffect(() => {
    let leftPx: number | null = null;
    return followSelection((index) => {
      // Scrolling lays out the page once more; where it began last, it may not have ended yet.
      if (virtualizer.scrollOffset !== leftPx && isInSight(virtualizer, index)) return;
      leftPx = virtualizer.scrollOffset;
      virtualizer.scrollToIndex(index, { align: 'auto' });
    });
  }, [virtualizer]);
  return (
    <div
      ref={scroller}
      className="sample-list"
      role="listbox"
      aria-label="Samples"
      aria-multiselectable
      aria-activedescendant={selectedSeq === null ? undefined : `sample-${selectedSeq}`}
      tabIndex={0}
      data-work
    >
      <div className="sample-list-space" style={{ height: virtualizer.getTotalSize() }}>
        {items.map((item) => {
          const seq = seqs[item.index] ?? 0;
          return (
            <SampleListRow
              key={seq}
              seq={seq}
              row={cache.get(seq)}
              topPx={item.start}
              isSelected={seq === selectedSeq}
              isMarked={marked.has(seq)}
              onSelect={click}
            />
          );
        })}
      </div>
    </div>
  );
}

/** Whether all of a row can be seen. */
function isInSight(
  { scrollOffset, scrollRect }: Virtualizer<HTMLDivElement, Element>,
  index: number,
): boolean {
  if (scrollOffset === null || scrollRect === null) return false;
  const topPx = index * rowHeightPx;
  return topPx >= scrollOffset && topPx + rowHeightPx <= scrollOffset + scrollRect.height;
}

function click(seq: number, how: ClickKind): void {
  if (how === 'mark') toggleMark(seq);
  else if (how === 'mark-through') markThrough(seq);
  else clearMarks();
  if (how === 'select') selectSample(seq);
}

/** Scrolls when the selection moves or arrives, and for another filter; new rows alone do not. */
function followSelection(scrollTo: (index: number) => void): () => void {
  return useCurate.subscribe((state, before) => {
    const { selectedSeq, seqs } = state;
    if (selectedSeq === null) return;
    const hasMoved = selectedSeq !== before.selectedSeq;
    const isNewList = state.listedFilter !== before.listedFilter;
    const hasArrived = seqs !== before.seqs && !before.seqs.includes(selectedSeq);
    if (!hasMoved && !isNewList && !hasArrived) return;
    const index = seqs.indexOf(selectedSeq);
    if (index >= 0) scrollTo(index);
  });
}

function NothingListed() {
  const isBinAlone = useCurate(
    ({ filter: { inBin, ...rest } }) => inBin === true && Object.keys(rest).length === 0,
  );
  const isFiltered = useCurate((state) => Object.keys(state.filter).length > 0);
  if (isBinAlone) return <EmptyState title="The bin is empty">No sample is in it.</EmptyState>;
  if (isFiltered)
    return (
      <EmptyState
        title="Nothing matches"
        actions={<Button onClick={clearFilter}>Clear the filter</Button>}
      >
        No sample passes every condition above.
      </EmptyState>
    );
  return (
    <EmptyState
      title="No samples yet"
      actions={
        <EditButton
          variant="primary"
          data-work
          onClick={() => showCurateDialog({ kind: 'import' })}
        >
          Import samples
        </EditButton>
      }
    >
      Import a Stack Exchange dump or a JSON dataset, or press N to write a sample by hand.
    </EmptyState>
  );
}

function clearFilter(): void {
  changeFilter({ status: undefined, source: undefined, flag: undefined, query: undefined });
}

function ListFooter({ list }: { list: ListedSamples }) {
  const staying = list.seqs.length - list.matching;
  return (
    <div className="sample-list-footer">
      <span>{formatQuantity(list.matching, 'sample')}</span>
      {staying > 0 && (
        <Button
          small
          variant="ghost"
          onClick={dropRetained}
          title="You reviewed these here; they stay in place until you let them go"
        >
          Hide {formatQuantity(staying, 'reviewed one')}
        </Button>
      )}
    </div>
  );
}
