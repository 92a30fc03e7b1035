import type { RefObject } from 'react';
import { usePacketKind } from '../rpc/project.ts';
import { showErrorToast } from '../ui/feedback/toast.tsx';
import { useShortcuts, type Shortcut } from '../ui/shortcuts.ts';
import { focusWork } from '../ui/work-focus.ts';
import { binFiltered, binSelected, emptyBin, showBin } from './bin/bin-actions.ts';
import { edit, showCurateDialog, toggleMark, useCurate } from './curate-store.ts';
import { rowCache } from './list/row-cache.ts';
import { pressMove, reviewFiltered, reviewSelected, undoLastReview } from './review-actions.ts';

const group = 'Curate';
const pageRows = 10;

interface Targets {
  search: RefObject<HTMLInputElement | null>;
  detail: RefObject<HTMLElement | null>;
}

/** The keyboard of the Curate tab. */
export function useCurateShortcuts({ search, detail }: Targets): void {
  const isPacket = usePacketKind() !== null;
  const isEditing = useCurate((state) => state.editing !== null);
  const isBin = useCurate((state) => state.filter.inBin === true);
  const reading = isEditing
    ? []
    : [...listShortcuts(detail), ...(isBin ? [] : reviewShortcuts), ...markShortcuts];
  useShortcuts([
    ...reading,
    {
      keys: ['/'],
      label: 'Search samples',
      group,
      run: () => search.current?.select(),
    },
    ...(isBin ? [] : bulkShortcuts),
    ...(isPacket ? [] : ownerShortcuts),
    ...(isPacket || isBin || isEditing ? [] : binShortcuts),
  ]);
}

function listShortcuts(detail: Targets['detail']): Shortcut[] {
  return [
    {
      keys: ['j', 'ArrowDown'],
      label: 'Next sample',
      group,
      run: () => pressMove(1),
      repeats: true,
    },
    {
      keys: ['k', 'ArrowUp'],
      label: 'Previous sample',
      group,
      run: () => pressMove(-1),
      repeats: true,
    },
    {
      keys: ['PageDown'],
      label: 'Ten samples down',
      group,
      run: () => pressMove(pageRows),
      repeats: true,
    },
    {
      keys: ['PageUp'],
      label: 'Ten samples up',
      group,
      run: () => pressMove(-pageRows),
      repeats: true,
    },
    { keys: ['Home'], label: 'First sample', group, run: () => pressMove(-Infinity) },
    { keys: ['End'], label: 'Last sample', group, run: () => pressMove(Infinity) },
    { keys: ['u'], label: 'Undo the last review', group, run: undoLastReview },
    { keys: ['Enter'], label: 'Read: arrows scroll', group, run: () => detail.current?.focus() },
    { keys: ['Escape'], label: 'Back to the list', group, run: focusWork },
  ];
}

const reviewShortcuts: Shortcut[] = [
  { keys: ['a'], label: 'Accept', group, run: () => reviewSelected('accept') },
  { keys: ['x'], label: 'Reject', group, run: () => reviewSelected('reject') },
  { keys: ['r'], label: 'Reset to pending', group, run: () => reviewSelected('reset') },
  { keys: ['e'], label: 'Edit', group, run: editSelected },
];

const markShortcuts: Shortcut[] = [
  { keys: ['m'], label: 'Mark or unmark the sample', group, run: markSelected },
];

const binShortcuts: Shortcut[] = [
  { keys: ['Delete'], label: 'Move the sample to the bin…', group, run: binSelected },
  { keys: [], label: 'Move all under the filter to the bin…', group, run: binFiltered },
];

/** Of whoever brings samples in and freezes them; a review packet comes with its samples. */
const ownerShortcuts: Shortcut[] = [
  { keys: ['n'], label: 'New sample', group, run: () => edit('new') },
  { keys: ['i'], label: 'Import samples…', group, run: () => showCurateDialog({ kind: 'import' }) },
  { keys: [], label: 'Freeze dataset…', group, run: () => showCurateDialog({ kind: 'freeze' }) },
  { keys: [], label: 'Datasets…', group, run: () => showCurateDialog({ kind: 'datasets' }) },
  { keys: [], label: 'Show the bin', group, run: () => showBin(true) },
  { keys: [], label: 'Empty the bin…', group, run: emptyBin },
];

const bulkShortcuts: Shortcut[] = [
  { keys: [], label: 'Accept all under the filter…', group, run: () => reviewFiltered('accept') },
  { keys: [], label: 'Reject all under the filter…', group, run: () => reviewFiltered('reject') },
  { keys: [], label: 'Reset all under the filter…', group, run: () => reviewFiltered('reset') },
];

function markSelected(): void {
  const { selectedSeq } = useCurate.getState();
  if (selectedSeq !== null) toggleMark(selectedSeq);
}

/** Opens the editor on the selected sample. */
function editSelected(): void {
  void openEditor().catch(showErrorToast);
}

async function openEditor(): Promise<void> {
  const { selectedSeq } = useCurate.getState();
  const row = selectedSeq === null ? undefined : await rowCache.load(selectedSeq);
  if (row) edit(row.id);
}
