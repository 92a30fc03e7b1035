import { isJobFinished } from '../../../shared/domain/job.ts';
import { timeLeft } from '../../../shared/text/numbers.ts';
import { describeJob, joinFacts } from '../../../shared/text/progress.ts';
import type { Job } from '../../../shared/contract/job-kinds.ts';
import { rpc } from '../../rpc/client.ts';
import { useJobs } from '../../rpc/jobs.ts';
import { useAction } from '../../rpc/use-action.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorView } from '../../ui/feedback/error-view.tsx';
import { ProgressBar } from '../../ui/feedback/progress.tsx';
import { resumeJob } from '../../ui/resume-job.ts';
import './sample-list.css';

/** Changes of many samples that are being made, or that a crash left half made. */
export function BulkReview() {
  const open = useJobs().filter(
    ({ kind, state }) =>
      (kind === 'review' && (!isJobFinished(state) || state === 'interrupted')) ||
      (kind === 'empty-bin' && !isJobFinished(state)),
  );
  return open.map((job) => <OpenReview key={job.id} job={job} />);
}

function OpenReview({ job }: { job: Job }) {
  const cancel = useAction(() => rpc.jobs.cancel({ id: job.id }));
  const resume = useAction(() => resumeJob(job.id));
  const error = cancel.error ?? resume.error;
  const isStopped = job.state === 'interrupted';
  const { done = 0, total = 0, etaMs = null } = job.progress ?? {};
  return (
    <section className="bulk-review" aria-label={job.title}>
      <div className="bulk-review-line">
        <span className="truncate" role="status">
          {isStopped
            ? `${job.title}: stopped half way. It does not count until it is finished.`
            : joinFacts([job.title, describeJob(job), timeLeft(etaMs)])}
        </span>
        {isStopped && (
          <Button small isBusy={resume.isRunning} onClick={() => void resume.run()}>
            Resume
          </Button>
        )}
        {job.state !== 'cancelling' && (
          <Button small isBusy={cancel.isRunning} onClick={() => void cancel.run()}>
            {isStopped ? 'Take back' : 'Cancel'}
          </Button>
        )}
      </div>
      {!isStopped && <ProgressBar label={job.title} done={done} total={total} />}
      {error !== undefined && <ErrorView error={error} />}
      {error === undefined && job.error !== null && <p className="small">{job.error.message}</p>}
    </section>
  );
}
