import { useEffect } from 'react';
import { isJobFinished } from '../../../shared/domain/job.ts';
import { timeLeft } from '../../../shared/text/numbers.ts';
import { adviceFor } from '../../../shared/text/error-advice.ts';
import { describeJob, joinFacts } from '../../../shared/text/progress.ts';
import { rpc } from '../../rpc/client.ts';
import { useAction } from '../../rpc/use-action.ts';
import { useJob } from '../../rpc/jobs.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorView } from '../../ui/feedback/error-view.tsx';
import { ProgressBar } from '../../ui/feedback/progress.tsx';
import { useTrain } from '../train-store.ts';

/** The job that reads and hashes a model file, until it ended; a good end chooses the model. */
export function ModelJob() {
  const job = useJob(useTrain((state) => state.modelJobId));
  const cancel = useAction((id: string) => rpc.jobs.cancel({ id }));
  useEffect(() => {
    if (job?.state !== 'succeeded') return;
    const chosen = job.kind === 'add-model' && job.result ? { modelId: job.result.modelId } : {};
    useTrain.setState({ modelJobId: null, ...chosen });
  }, [job]);
  if (!job || job.state === 'succeeded' || job.state === 'cancelled') return null;
  if (job.error) return <ErrorView error={{ ...job.error, advice: adviceFor(job.error.code) }} />;
  if (isJobFinished(job.state)) return null;
  const { progress } = job;
  return (
    <div className="panel column" aria-label={job.title} role="group">
      <div className="row">
        <span className="truncate">{job.title}</span>
        <span className="spacer" />
        <Button small isBusy={cancel.isRunning} onClick={() => void cancel.run(job.id)}>
          Cancel
        </Button>
      </div>
      <ProgressBar label={job.title} done={progress?.done ?? 0} total={progress?.total ?? 0} />
      <span className="small dim">{joinFacts([describeJob(job), timeLeft(progress?.etaMs)])}</span>
    </div>
  );
}
