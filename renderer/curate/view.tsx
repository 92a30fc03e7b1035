import { useEffect, useRef } from 'react';
import { resultOf, type Job } from '../../shared/contract/job-kinds.ts';
import type { JobState } from '../../shared/domain/job.ts';
import { importSummary } from '../../shared/text/importing.ts';
import { scanSummary, selectionSummary } from '../../shared/text/scanning.ts';
import { rpc } from '../rpc/client.ts';
import { describeError } from '../rpc/rpc-error.ts';
import { useJobEnd } from '../rpc/jobs.ts';
import { showToast } from '../ui/feedback/toast.tsx';
import { useWanted } from '../ui/navigation.ts';
import { SplitPane } from '../ui/split-pane.tsx';
import { announceEmptied } from './bin/bin-actions.ts';
import { BinBar, MarkedActions } from './bin/bin-bar.tsx';
import { announceReview } from './review-actions.ts';
import { useCurateShortcuts } from './curate-shortcuts.ts';
import { useCurate, showCurateDialog } from './curate-store.ts';
import { CurateToolbar } from './curate-toolbar.tsx';
import { DatasetsDialog } from './datasets/datasets-dialog.tsx';
import { FreezeDialog } from './datasets/freeze-dialog.tsx';
import { DetailPane } from './detail-pane.tsx';
import { DuplicatesDialog } from './duplicates/duplicates-dialog.tsx';
import { beginSample } from './edit/begin-sample.ts';
import { DropDialog } from './import/drop-dialog.tsx';
import { ImportDialog } from './import/import-dialog.tsx';
import { ImportsDialog } from './import/imports-dialog.tsx';
import { BulkReview } from './list/bulk-review.tsx';
import { FilterBar } from './list/filter-bar.tsx';
import { rowCache } from './list/row-cache.ts';
import { SampleList } from './list/sample-list.tsx';
import { useSampleList } from './list/use-sample-list.ts';
import { ScanDialog } from './scan/scan-dialog.tsx';

/** The Curate tab: from imported dumps to a frozen dataset. */
export default function CurateView() {
  const search = useRef<HTMLInputElement>(null);
  const detail = useRef<HTMLDivElement>(null);
  const list = useSampleList();
  useCurateShortcuts({ search, detail });
  useWanted('curate', (wanted) => {
    if ('prompt' in wanted) void beginSample(wanted.prompt);
    else void show(wanted.sampleId, wanted.isEdited);
  });
  useEffect(() => forgetProject, []);
  return (
    <>
      <CurateToolbar matching={list.matching} />
      <BinBar matching={list.matching} />
      <SplitPane
        name="curate"
        initialPx={440}
        minPx={300}
        left={
          <>
            <FilterBar searchRef={search} />
            <SampleList list={list} />
            <MarkedActions />
            <BulkReview />
          </>
        }
        right={<DetailPane paneRef={detail} />}
      />
      <CurateDialogs />
    </>
  );
}

/** The tab is mounted anew for each project: nothing of the last one may show through. */
function forgetProject(): void {
  rowCache.clear();
  useCurate.setState(useCurate.getInitialState());
}

/** The open dialog of the tab, and a word when an import ends behind it. */
function CurateDialogs() {
  const dialog = useCurate((state) => state.dialog);
  useJobEnd(announceImport);
  useJobEnd(announceScan);
  useJobEnd(announceReview);
  useJobEnd(announceEmptied);
  if (dialog?.kind === 'import') return <ImportDialog {...dialog} />;
  if (dialog?.kind === 'drop') return <DropDialog {...dialog} />;
  if (dialog?.kind === 'imports') return <ImportsDialog started={dialog.started} />;
  if (dialog?.kind === 'duplicates') return <DuplicatesDialog />;
  if (dialog?.kind === 'scan') return <ScanDialog />;
  if (dialog?.kind === 'freeze') return <FreezeDialog />;
  if (dialog?.kind === 'datasets') return <DatasetsDialog />;
  return null;
}

const tones: Partial<Record<JobState, 'good' | 'bad'>> = { succeeded: 'good', failed: 'bad' };

function announceImport(job: Job): void {
  const shown = useCurate.getState().dialog?.kind;
  if (job.kind !== 'import' || shown === 'import' || shown === 'imports') return;
  const report = resultOf(job, 'import');
  showToast({
    text: `${job.title}: ${report ? importSummary(report) : `${job.state}.`}`,
    tone: tones[job.state] ?? 'plain',
    action: { label: 'Show', run: () => showCurateDialog({ kind: 'import', jobId: job.id }) },
  });
}

/** A scan, or picks of it, that end behind the dialog. */
function announceScan(job: Job): void {
  const isOurs = job.kind === 'scan' || job.kind === 'select';
  if (!isOurs || useCurate.getState().dialog?.kind === 'scan') return;
  const report = resultOf(job, 'scan');
  const result = resultOf(job, 'select');
  const outcome = report ? scanSummary(report) : result ? selectionSummary(result) : job.state;
  showToast({
    text: `${job.title}: ${outcome}.`,
    tone: tones[job.state] ?? 'plain',
    action: { label: 'Show', run: () => showCurateDialog({ kind: 'scan' }) },
  });
}

/** Shows the sample that another tab asked for, to read or to edit, whatever the filter was. */
async function show(id: string, isEdited = false): Promise<void> {
  try {
    const { seq, isInBin } = await rpc.samples.get({ id });
    const filter = isInBin ? { inBin: true } : {};
    const none = { retained: new Set<number>(), marked: new Set<number>() };
    const editing = isEdited && !isInBin ? id : null;
    useCurate.setState({ filter, ...none, selectedSeq: seq, editing });
  } catch (error) {
    showToast({ text: describeError(error).message, tone: 'bad' });
  }
}
