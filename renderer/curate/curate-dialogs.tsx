import type { JobSnapshot, JobState } from '../../shared/domain/job.ts';
import { useJobEnd } from '../rpc/use-jobs.ts';
import { showToast } from '../ui/feedback/toast.tsx';
import { showCurateDialog, useCurate } from './curate-store.ts';
import { DatasetsDialog } from './datasets/datasets-dialog.tsx';
import { FreezeDialog } from './datasets/freeze-dialog.tsx';
import { ImportDialog } from './import/import-dialog.tsx';

/** The open dialog of the tab, and a word when an import ends behind it. */
export function CurateDialogs() {
  const dialog = useCurate((state) => state.dialog);
  useJobEnd(announceImport);
  if (dialog?.kind === 'import') return <ImportDialog {...dialog} />;
  if (dialog?.kind === 'freeze') return <FreezeDialog />;
  if (dialog?.kind === 'datasets') return <DatasetsDialog />;
  return null;
}

const tones: Partial<Record<JobState, 'good' | 'bad'>> = { succeeded: 'good', failed: 'bad' };

function announceImport(job: JobSnapshot): void {
  if (job.kind !== 'import' || useCurate.getState().dialog?.kind === 'import') return;
  showToast({
    text: `${job.title}: ${job.state}.`,
    tone: tones[job.state] ?? 'plain',
    action: { label: 'Show', run: () => showCurateDialog({ kind: 'import', jobId: job.id }) },
  });
}
