import { useEffect, useRef, useState } from 'react';
import { resultOf, type Job } from '../../../shared/contract/job-kinds.ts';
import type { MergeReport } from '../../../shared/contract/merge.ts';
import { isJobFinished } from '../../../shared/domain/job.ts';
import { adviceFor } from '../../../shared/text/error-advice.ts';
import { cameText, laterWorkText, mergeRemarks } from '../../../shared/text/merging.ts';
import { formatBytes, formatQuantity, timeLeft } from '../../../shared/text/numbers.ts';
import { describeJob } from '../../../shared/text/progress.ts';
import { rpc } from '../../rpc/client.ts';
import { useJob } from '../../rpc/jobs.ts';
import { useAction } from '../../rpc/use-action.ts';
import { useLastData, useQuery } from '../../rpc/use-query.ts';
import { projectChanged } from '../../rpc/watch.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialogs/dialog.tsx';
import { ErrorView } from '../../ui/feedback/error-view.tsx';
import { ProgressBar } from '../../ui/feedback/progress.tsx';
import { EmptyState, QueryView } from '../../ui/feedback/states.tsx';
import { showToast } from '../../ui/feedback/toast.tsx';
import { baseName, formatMoment } from '../../ui/format.ts';
import { VisibleText } from '../../ui/text/visible-text.tsx';
import { hideMerge, useShell } from '../shell-store.ts';
import './merge-dialog.css';

/** Merging another copy into the open project, or taking the newest merge back, when asked for. */
export function MergeDialog() {
  const shown = useShell((state) => state.merge);
  if (shown === null) return null;
  return shown === 'undo' ? <UndoMerge /> : <Merge key={shown.path} path={shown.path} />;
}

/** First what would come, then the merge, then what came. */
function Merge({ path }: { path: string }) {
  const [jobId, setJobId] = useState<string | null>(null);
  const job = useKeptJob(jobId);
  const start = useAction(async (wish: { dryRun: boolean; isOtherProject: boolean }) => {
    setJobId((await rpc.merges.start({ path, ...wish })).jobId);
  });
  useFirstTime(() => void start.run({ dryRun: true, isOtherProject: false }));
  const report = job && resultOf(job, 'merge');
  const isDone = report?.dryRun === false;
  useWhen(isDone, projectChanged);
  return (
    <Dialog
      title={isDone ? 'Merged' : `Merge ${baseName(path)}`}
      onClose={hideMerge}
      isWide
      footer={
        <MergeButtons
          job={job}
          report={report ?? null}
          isBusy={start.isRunning}
          onMerge={(isOtherProject) => void start.run({ dryRun: false, isOtherProject })}
          onLookAnyway={() => void start.run({ dryRun: true, isOtherProject: true })}
        />
      }
    >
      {start.error !== undefined && <ErrorView error={start.error} />}
      {report ? <Report report={report} /> : <MergeState job={job} />}
    </Dialog>
  );
}

function MergeButtons({
  job,
  report,
  isBusy,
  onMerge,
  onLookAnyway,
}: {
  job: Job | undefined;
  report: MergeReport | null;
  isBusy: boolean;
  onMerge: (isOtherProject: boolean) => void;
  onLookAnyway: () => void;
}) {
  const [isOther, setIsOther] = useState(false);
  const isRunning = job !== undefined && !isJobFinished(job.state);
  if (isRunning)
    return <Button onClick={() => void rpc.jobs.cancel({ id: job.id })}>Cancel the merge</Button>;
  if (job?.error?.code === 'NOT_A_COPY')
    return (
      <Button
        isBusy={isBusy}
        onClick={() => {
          setIsOther(true);
          onLookAnyway();
        }}
      >
        Look at this other project all the same
      </Button>
    );
  if (report?.dryRun !== true || !report.changed) return <Button onClick={hideMerge}>Close</Button>;
  return (
    <>
      <Button onClick={hideMerge}>Cancel</Button>
      <Button variant="primary" isBusy={isBusy} onClick={() => onMerge(isOther)}>
        Merge
      </Button>
    </>
  );
}

/** What a merge that has not ended well does, or why it did not. */
function MergeState({ job }: { job: Job | undefined }) {
  if (job?.error) return <ErrorView error={{ ...job.error, advice: adviceFor(job.error.code) }} />;
  if (job && isJobFinished(job.state))
    return <EmptyState title="Cancelled">Nothing was changed.</EmptyState>;
  return (
    <div role="status">
      <ProgressBar
        label="Merging"
        done={job?.progress?.done ?? 0}
        total={job?.progress?.total ?? 0}
      />
      <p className="dim">
        {describeJob(job) || 'Reading the other file…'} {timeLeft(job?.progress?.etaMs)}
      </p>
      <p className="dim small">The project takes no changes until this ends.</p>
    </div>
  );
}

function Report({ report }: { report: MergeReport }) {
  const came = cameText(report);
  const verb = report.dryRun ? 'Would come' : 'Came';
  const remarks = mergeRemarks(report);
  return (
    <div className="merge-report">
      {report.packet && (
        <p>
          The review packet of <VisibleText text={report.packet.annotator} />.
        </p>
      )}
      <p role="status">
        {report.changed
          ? `${verb}: ${came === '' ? 'what both files say differently, see below' : came}.`
          : 'Nothing to merge: everything of this file is here already.'}
        {report.files.came > 0 &&
          ` Weights: ${formatQuantity(report.files.came, 'file')}, ${formatBytes(report.files.bytes)}.`}
      </p>
      {remarks.map(({ title, details }) => (
        <section key={title}>
          <h3>{title}</h3>
          <ul>
            {details.map((detail) => (
              <li key={detail}>
                <VisibleText text={detail} />
              </li>
            ))}
          </ul>
        </section>
      ))}
      <p className="dim small">
        Content <code>{report.content.slice(0, 16)}</code>: the same in every copy that holds the
        same.{' '}
        {report.backup !== null &&
          'The menu of the project takes this merge back as one step; what is done from now on is set aside in a file then.'}
      </p>
    </div>
  );
}

/** What taking the newest merge back means, and the button. */
function UndoMerge() {
  const undoable = useQuery(['merges.undoable'], () => rpc.merges.undoable(), [
    'project',
    'samples',
    'evaluations',
  ]);
  const undo = useAction(async () => {
    const { aside } = await rpc.merges.undo({ evenWithLaterWork: true });
    hideMerge();
    projectChanged();
    const kept = aside === null ? '' : ` What was done since is in ${baseName(aside)}.`;
    showToast({ text: `The project is as it was before the merge.${kept}`, tone: 'good' });
  });
  const later = laterWorkText(undoable.data?.laterWork ?? {});
  return (
    <Dialog
      title="Undo the newest merge"
      onClose={hideMerge}
      footer={
        <>
          <Button onClick={hideMerge}>Keep the merge</Button>
          {undoable.data && (
            <Button variant="primary" isBusy={undo.isRunning} onClick={() => void undo.run()}>
              Undo the merge
            </Button>
          )}
        </>
      }
    >
      {undo.error !== undefined && <ErrorView error={undo.error} />}
      <QueryView query={undoable} loading="Looking for a merge…">
        {(data) =>
          data === null ? (
            <EmptyState title="There is no merge to undo">
              None was made, or the backup from before it is gone.
            </EmptyState>
          ) : (
            <>
              <p>
                <VisibleText text={data.title} />
                {data.finishedMs !== null && `, ${formatMoment(data.finishedMs)}`}. The project goes
                back to before it, as one step.
              </p>
              <p>
                {later === ''
                  ? 'Nothing was done since.'
                  : `Since then there were ${later}. They are not in the project then: they stay in a file beside it, which can be merged again.`}
              </p>
            </>
          )
        }
      </QueryView>
    </Dialog>
  );
}

/** A job as it was last seen: after a merge another file is open, and its jobs are read anew. */
function useKeptJob(id: string | null): Job | undefined {
  const job = useJob(id);
  const last = useLastData(job);
  return job ?? (last?.id === id ? last : undefined);
}

function useFirstTime(work: () => void): void {
  const wasDone = useRef(false);
  useEffect(() => {
    if (wasDone.current) return;
    wasDone.current = true;
    work();
  });
}

function useWhen(isTrue: boolean, work: () => void): void {
  useEffect(() => {
    if (isTrue) work();
  }, [isTrue, work]);
}
