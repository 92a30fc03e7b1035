import { resultOf } from '../../../shared/contract/job-kinds.ts';
import { isJobFinished } from '../../../shared/domain/job.ts';
import { importsSummary } from '../../../shared/text/importing.ts';
import { rpc } from '../../rpc/client.ts';
import { useJob, useJobs } from '../../rpc/jobs.ts';
import { useAction } from '../../rpc/use-action.ts';
import { Button } from '../../ui/button.tsx';
import { EditButton } from '../../ui/edit-button.tsx';
import { Dialog } from '../../ui/dialogs/dialog.tsx';
import { ErrorView } from '../../ui/feedback/error-view.tsx';
import { VisibleText } from '../../ui/text/visible-text.tsx';
import { showCurateDialog, type StartedImport } from '../curate-store.ts';
import { ImportOutcome } from './import-outcome.tsx';
import { startImports } from './start-imports.ts';

const close = () => showCurateDialog(null);

const nameOf = ({ request }: StartedImport) =>
  request.path.split(/[\\/]/).findLast((part) => part !== '') ?? request.path;

/** Imports that were started together: how far each is, what it did, and what can follow. */
export function ImportsDialog({ started }: { started: readonly StartedImport[] }) {
  const { open, done, reports, failed } = useOutcomes(started);
  const isOver = done === started.length;
  const isDryRun = started.some(({ request }) => request.dryRun);
  const again = useAction(startImports);
  const cancel = useAction(async () => {
    for (const { id } of open) await rpc.jobs.cancel({ id });
  });
  const correct = () => {
    const files = failed.map((one) => ({
      name: nameOf(one),
      sizeBytes: 0,
      path: one.request.path,
    }));
    const asked = failed[0]?.request;
    showCurateDialog({ kind: 'drop', files, ...(asked && { asked }) });
  };
  return (
    <Dialog
      title={isDryRun ? 'Check of several files' : 'Import of several files'}
      isWide
      onClose={close}
      footer={
        <>
          {isOver && failed.length > 0 && (
            <Button onClick={correct}>Correct what failed and try again</Button>
          )}
          {isOver && isDryRun && (
            <EditButton
              variant="primary"
              isBusy={again.isRunning}
              onClick={() => {
                void again.run(started.map(({ request }) => ({ ...request, dryRun: false })));
              }}
            >
              Import for real
            </EditButton>
          )}
          {!isOver && (
            <Button isBusy={cancel.isRunning} onClick={() => void cancel.run()}>
              Cancel what is left
            </Button>
          )}
          <Button onClick={close}>{isOver ? 'Done' : 'Continue in the background'}</Button>
        </>
      }
    >
      <p role="status">
        {isOver
          ? `${importsSummary(started.length, reports)}.`
          : `${done} of ${started.length} files done…`}
      </p>
      {started.map((one, index) => (
        <FileOutcome key={index} started={one} />
      ))}
      {cancel.error !== undefined && <ErrorView error={cancel.error} />}
    </Dialog>
  );
}

function useOutcomes(started: readonly StartedImport[]) {
  const known = useJobs();
  const jobOf = ({ jobId }: StartedImport) => known.find(({ id }) => id === jobId);
  const jobs = started.map(jobOf).filter((job) => job !== undefined);
  const reports = jobs.flatMap((job) => resultOf(job, 'import') ?? []);
  const open = jobs.filter(({ state }) => !isJobFinished(state));
  const failed = started.filter((one) => one.jobId === null || jobOf(one)?.state === 'failed');
  // A job that was started this moment is not told of yet.
  const done = started.filter((one) => {
    const state = jobOf(one)?.state;
    return one.jobId === null || (state !== undefined && isJobFinished(state));
  }).length;
  return { open, done, reports, failed };
}

function FileOutcome({ started }: { started: StartedImport }) {
  const job = useJob(started.jobId);
  const { request, error } = started;
  return (
    <section className="import-file" aria-label={nameOf(started)}>
      <h3 title={request.path}>
        <VisibleText text={nameOf(started)} />
      </h3>
      {started.jobId === null ? (
        <ErrorView error={error} />
      ) : (
        <ImportOutcome job={job} isDryRun={request.dryRun} />
      )}
    </section>
  );
}
