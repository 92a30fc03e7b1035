import type { Job } from '../../../shared/contract/job-kinds.ts';
import type { BinMove, SampleFilter } from '../../../shared/domain/sample.ts';
import { binPlanLines, emptyBinLines } from '../../../shared/text/bin.ts';
import { formatQuantity } from '../../../shared/text/numbers.ts';
import { describeResult } from '../../../shared/text/progress.ts';
import { rpc } from '../../rpc/client.ts';
import { confirmAction } from '../../ui/dialogs/dialog.tsx';
import { showErrorToast, showToast } from '../../ui/feedback/toast.tsx';
import { changeFilter, clearMarks, dropRetained, useCurate } from '../curate-store.ts';
import { rowCache } from '../list/row-cache.ts';
import { undoLastReview } from '../review-actions.ts';

type Selection = { ids: string[] } | { filter: SampleFilter };

/** Shows what is in the bin, or goes back to the samples that are not. */
export function showBin(isShown: boolean): void {
  changeFilter({ inBin: isShown ? true : undefined });
}

/** Asks, and moves the selected sample into the bin. */
export function binSelected(): void {
  void attempt(async () => {
    const ids = await idsOf([useCurate.getState().selectedSeq]);
    if (ids.length > 0) await moveToBin({ ids });
  });
}

/** Asks, and moves the samples that were marked in the list into the bin. */
export function binMarked(): void {
  void attempt(async () => moveToBin({ ids: await idsOf([...useCurate.getState().marked]) }));
}

/** Asks, and moves everything under the current filter into the bin. */
export function binFiltered(): void {
  void attempt(() => moveToBin({ filter: useCurate.getState().filter }));
}

/** Restores the selected sample. */
export function restoreSelected(): void {
  void attempt(async () => {
    const ids = await idsOf([useCurate.getState().selectedSeq]);
    if (ids.length > 0) await move('restore', { ids });
  });
}

/** Restores the samples that were marked in the bin. */
export function restoreMarked(): void {
  void attempt(async () => move('restore', { ids: await idsOf([...useCurate.getState().marked]) }));
}

/** Restores everything in the bin that passes the filter. */
export function restoreFiltered(): void {
  void attempt(() => move('restore', { filter: useCurate.getState().filter }));
}

/** Says what goes, and empties the bin when the person agrees. */
export function emptyBin(): void {
  void attempt(async () => {
    const plan = await rpc.bin.planEmpty();
    const lines = emptyBinLines(plan);
    if (plan.samples === 0) {
      showToast({ text: lines.join(' ') });
      return;
    }
    const amount = formatQuantity(plan.samples, 'sample');
    const isConfirmed = await confirmAction({
      title: `Delete ${amount} for good?`,
      body: lines.join(' '),
      confirmLabel: `Delete ${amount}`,
      isDangerous: true,
    });
    if (isConfirmed) await rpc.bin.empty();
  });
}

/** Says how the emptying of the bin ended, which is a job. */
export function announceEmptied(job: Job): void {
  if (job.kind !== 'empty-bin') return;
  rowCache.invalidate();
  if (job.state === 'succeeded') showToast({ text: `${describeResult(job)}.`, tone: 'good' });
  else if (job.state === 'cancelled')
    showToast({ text: `${job.title}: cancelled. What was not deleted yet is still in the bin.` });
  else showToast({ text: `${job.title}: ${job.state}. ${job.error?.message ?? ''}`, tone: 'bad' });
}

async function attempt(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    showErrorToast(error);
  }
}

async function idsOf(seqs: readonly (number | null)[]): Promise<string[]> {
  const ids: string[] = [];
  for (const seq of seqs) {
    const row = seq === null ? undefined : await rowCache.load(seq);
    if (row) ids.push(row.id);
  }
  return ids;
}

async function moveToBin(selection: Selection): Promise<void> {
  const plan = await rpc.bin.plan({ selection });
  const amount = formatQuantity(plan.samples, 'sample');
  const isConfirmed = await confirmAction({
    title: `Move ${amount} to the bin?`,
    body: binPlanLines(plan).join(' '),
    confirmLabel: `Move ${amount} to the bin`,
    isDangerous: true,
  });
  if (isConfirmed) await move('bin', selection);
}

const doneTexts: Record<BinMove, string> = { bin: 'moved to the bin', restore: 'restored' };

async function move(to: BinMove, selection: Selection): Promise<void> {
  const { changed } = await rpc.bin.move({ move: to, selection });
  dropRetained();
  clearMarks();
  rowCache.invalidate();
  // A large one is a job, which tells of its end itself.
  if (changed === null) return;
  showToast({
    text: `${formatQuantity(changed, 'sample')} ${doneTexts[to]}.`,
    tone: 'good',
    action: { label: 'Undo', run: undoLastReview },
  });
}
