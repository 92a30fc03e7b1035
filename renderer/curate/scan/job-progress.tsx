import type { Job } from '../../../shared/contract/job-kinds.ts';
import { timeLeft } from '../../../shared/text/numbers.ts';
import { describeJob, joinFacts } from '../../../shared/text/progress.ts';
import { rpc } from '../../rpc/client.ts';
import { useAction } from '../../rpc/use-action.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorView } from '../../ui/feedback/error-view.tsx';
import { ProgressBar } from '../../ui/feedback/progress.tsx';
import { VisibleText } from '../../ui/text/visible-text.tsx';

/** A job of this dialog as it runs, with a way to end it. */
export function JobProgress({ job }: { job: Job }) {
  const cancel = useAction(async () => await rpc.jobs.cancel({ id: job.id }));
  const { progress } = job;
  const facts = [describeJob(job), progress?.detail ?? '', timeLeft(progress?.etaMs)];
  return (
    <div className="column" role="status">
      <ProgressBar label={job.title} done={progress?.done ?? 0} total={progress?.total ?? 0} />
      <div className="row small dim">
        <span className="truncate">
          <VisibleText text={joinFacts(facts)} />
        </span>
        <span className="spacer" />
        <Button
          small
          isBusy={cancel.isRunning}
          disabled={job.state === 'cancelling'}
          onClick={() => void cancel.run()}
        >
          Cancel
        </Button>
      </div>
      {cancel.error !== undefined && <ErrorView error={cancel.error} />}
    </div>
  );
}
