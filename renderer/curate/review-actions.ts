import type { ReviewAction, SampleFilter } from '../../shared/domain/sample.ts';
import type { Job } from '../../shared/contract/job-kinds.ts';
import { formatQuantity } from '../../shared/text/numbers.ts';
import { rpc } from '../rpc/client.ts';
import { whileStoring } from '../rpc/storing.ts';
import { confirmAction } from '../ui/dialogs/dialog.tsx';
import { showErrorToast, showToast } from '../ui/feedback/toast.tsx';
import { dropRetained, moveSelection, retain, selectSample, useCurate } from './curate-store.ts';
import { rowCache } from './list/row-cache.ts';
import { PressQueue } from './press-queue.ts';
import { statusAfter } from './sample-labels.ts';

const presses = new PressQueue(showErrorToast);

/** Moves the selection, after the reviews that were pressed before. */
export function pressMove(rows: number): void {
  presses.add(() => moveSelection(rows));
}

/**
 * Reviews the selected sample and shows the next one; the mark appears once the review is stored.
 * Where that fails, the sample is shown again.
 */
export function reviewSelected(action: ReviewAction): void {
  presses.add(async () => {
    const { selectedSeq } = useCurate.getState();
    if (selectedSeq === null) return;
    const row = rowCache.get(selectedSeq) ?? (await rowCache.load(selectedSeq));
    if (!row) return;
    const review = rpc.samples.review({ action, selection: { ids: [row.id] } });
    const stored = whileStoring(review);
    retain(row.seq);
    const isStillShown = useCurate.getState().selectedSeq === row.seq;
    if (action !== 'reset' && isStillShown) moveSelection(1);
    const next = useCurate.getState().selectedSeq;
    try {
      await stored;
    } catch (error) {
      if (useCurate.getState().selectedSeq === next) selectSample(row.seq);
      throw error;
    }
    rowCache.put({ ...row, status: statusAfter[action] });
  });
}

/** Takes back this annotator's newest review or bulk review, and shows what it was about. */
export function undoLastReview(): void {
  presses.add(async () => {
    const { batchId, changed, sampleId } = await whileStoring(rpc.samples.undoReview());
    if (batchId === null) {
      showToast({ text: 'There is no review of yours to undo.', key: 'undo' });
      return;
    }
    // A large one is a job, which tells of its end itself.
    if (changed === null) return;
    showToast({ text: `Undone for ${formatQuantity(changed, 'sample')}.`, key: 'undo' });
    rowCache.invalidate();
    if (sampleId === null) return;
    const { seq, isInBin } = await rpc.samples.get({ id: sampleId });
    // A list shows what is in the bin, or what is not.
    if (isInBin !== (useCurate.getState().filter.inBin === true)) return;
    if (useCurate.getState().seqs.includes(seq)) retain(seq);
    selectSample(seq);
  });
}

const verbs: Record<ReviewAction, string> = {
  accept: 'Accept',
  reject: 'Reject',
  reset: 'Reset',
};

/** Reviews everything under the current filter after a question that names the number. */
export function reviewFiltered(action: ReviewAction): void {
  presses.add(async () => {
    const { filter } = useCurate.getState();
    const { count } = await rpc.samples.index({ filter });
    const amount = formatQuantity(count, 'sample');
    const isConfirmed = await confirmAction({
      title: `${verbs[action]} ${amount}?`,
      body: `This marks ${count === 1 ? `the ${amount}` : `all ${amount}`} ${scopeOf(filter)} as ${statusAfter[action]}. It can be undone${count === 1 ? '' : ' as one'}.`,
      confirmLabel: `${verbs[action]} ${amount}`,
      isDangerous: action === 'reject',
    });
    if (!isConfirmed) return;
    const { changed } = await rpc.samples.review({ action, selection: { filter } });
    dropRetained();
    if (changed === null) return;
    showToast({
      text: `${formatQuantity(changed, 'sample')} marked as ${statusAfter[action]}.`,
      tone: 'good',
      action: { label: 'Undo', run: undoLastReview },
    });
  });
}

/** Says how a review of many samples ended, which was a job. */
export function announceReview(job: Job): void {
  if (job.kind !== 'review') return;
  if (job.state === 'cancelled')
    showToast({ text: `${job.title}: cancelled. No sample was changed.` });
  else if (job.state !== 'succeeded')
    showToast({ text: `${job.title}: ${job.state}. ${job.error?.message ?? ''}`, tone: 'bad' });
  else
    showToast({
      text: `${job.title}: ${formatQuantity(job.result?.changed ?? 0, 'sample')} changed.`,
      tone: 'good',
      ...(job.result?.isUndo === false && { action: { label: 'Undo', run: undoLastReview } }),
    });
}

function scopeOf(filter: SampleFilter): string {
  return Object.keys(filter).length === 0 ? 'in the project' : 'under the current filter';
}
