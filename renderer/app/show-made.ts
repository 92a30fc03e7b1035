import { resultOf, type Job } from '../../shared/contract/job-kinds.ts';
import { showCurateDialog } from '../curate/curate-store.ts';
import { showEvaluate } from '../evaluate/evaluate-store.ts';
import { showForm, showRun } from '../train/train-store.ts';
import { copyText } from '../ui/feedback/copy-button.tsx';
import { goToTab, type TabId } from '../ui/navigation.ts';

/** The way from a job to what it makes or has made. */
export interface WayToMade {
  label: string;
  run: () => void;
}

/** Where what a job works on is shown; null where there is nothing to see. */
export function showMadeBy(job: Job): WayToMade | null {
  const { subjectId, state } = job;
  if (job.kind === 'train' && subjectId !== null)
    return inTab('Show run', 'train', () => showRun(subjectId));
  if (job.kind === 'generate' && subjectId !== null)
    return inTab('Show evaluation', 'evaluate', () =>
      showEvaluate({ kind: 'evaluation', id: subjectId }),
    );
  if (job.kind === 'study' && subjectId !== null)
    return inTab('Show study', 'evaluate', () => showEvaluate({ kind: 'study', id: subjectId }));
  if (job.kind === 'import')
    return inTab('Show import', 'curate', () =>
      showCurateDialog({ kind: 'import', jobId: job.id }),
    );
  if (job.kind === 'add-model' && state === 'succeeded')
    return inTab('Train it', 'train', showForm);
  if (job.kind === 'review' || job.kind === 'merge')
    return inTab('Show samples', 'curate', () => undefined);
  const made = resultOf(job, 'export');
  if (made)
    return { label: 'Copy path', run: () => void copyText(made.path, `Copied: ${made.path}`) };
  return null;
}

const inTab = (label: string, tab: TabId, show: () => void): WayToMade => ({
  label,
  run: () => {
    goToTab(tab);
    show();
  },
});
