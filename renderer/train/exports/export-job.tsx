import type { JobResult } from '../../../shared/contract/job-kinds.ts';
import { isJobFinished } from '../../../shared/domain/job.ts';
import { formatBytes } from '../../../shared/text/numbers.ts';
import { adviceFor } from '../../../shared/text/error-advice.ts';
import { describeJob } from '../../../shared/text/progress.ts';
import { rpc } from '../../rpc/client.ts';
import { useAction } from '../../rpc/use-action.ts';
import { useJob } from '../../rpc/jobs.ts';
import { Button } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/feedback/copy-button.tsx';
import { ErrorView } from '../../ui/feedback/error-view.tsx';
import { ProgressBar } from '../../ui/feedback/progress.tsx';

/** An export under way, and where it is when it is done. */
export function ExportJob({ jobId }: { jobId: string }) {
  const job = useJob(jobId);
  const cancel = useAction(() => rpc.jobs.cancel({ id: jobId }));
  if (!job) return null;
  if (job.error) return <ErrorView error={{ ...job.error, advice: adviceFor(job.error.code) }} />;
  if (job.kind === 'export' && job.result) return <ExportedPath {...job.result} />;
  if (isJobFinished(job.state)) return <p className="dim">The export was {job.state}.</p>;
  const { progress } = job;
  return (
    <div className="column" role="group" aria-label={job.title}>
      <ProgressBar label={job.title} done={progress?.done ?? 0} total={progress?.total ?? 0} />
      <div className="row small dim">
        <span>{describeJob(job)}</span>
        <span className="spacer" />
        <Button small isBusy={cancel.isRunning} onClick={() => void cancel.run()}>
          Cancel
        </Button>
      </div>
    </div>
  );
}

function ExportedPath({ path, sizeBytes }: JobResult<'export'>) {
  return (
    <p className="row" role="status">
      <span className="truncate">
        Exported {formatBytes(sizeBytes)} to <bdi>{path}</bdi>
      </span>
      <CopyButton text={path} label="Copy the path of the export" />
    </p>
  );
}
