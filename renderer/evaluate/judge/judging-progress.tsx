import { Play, Square } from 'lucide-react';
import { isJobFinished, type JobSnapshot } from '../../../shared/domain/job.ts';
import { adviceFor } from '../../../shared/text/error-advice.ts';
import { formatCount, formatQuantity, timeLeft } from '../../../shared/text/numbers.ts';
import { describeJob, joinFacts } from '../../../shared/text/progress.ts';
import { useJob } from '../../rpc/jobs.ts';
import { rpc } from '../../rpc/client.ts';
import { useAction } from '../../rpc/use-action.ts';
import { EditButton } from '../../ui/edit-button.tsx';
import { ErrorView } from '../../ui/feedback/error-view.tsx';
import { ProgressBar } from '../../ui/feedback/progress.tsx';
import { resumeJob } from '../../ui/resume-job.ts';

interface JudgingProgressProps {
  jobId: string | null;
  /** Verdicts that are there, and those that are wanted. */
  done: number;
  total: number;
}

/** How far a judge is, with the way to stop and to go on. */
export function JudgingProgress({ jobId, done, total }: JudgingProgressProps) {
  const job = useJob(jobId);
  const isHalted = job !== undefined && isJobFinished(job.state);
  return (
    <>
      <div className="row">
        <span>
          {formatCount(done)} of {formatQuantity(total, 'verdict')}
        </span>
        {job && !isHalted && (
          <span className="dim">
            {joinFacts([describeJob(job), timeLeft(job.progress?.etaMs)])}
          </span>
        )}
        <span className="spacer" />
        {job && <JobButton job={job} />}
      </div>
      <ProgressBar label="Verdicts" done={done} total={total} />
      {isHalted && done < total && (
        <p className="small dim">Stopped: the verdicts that came are kept.</p>
      )}
      {job?.error && <ErrorView error={{ ...job.error, advice: adviceFor(job.error.code) }} />}
    </>
  );
}

/** Cancels a job that goes on, and resumes one that was stopped; nothing for one that succeeded. */
function JobButton({ job }: { job: JobSnapshot }) {
  const cancel = useAction((id: string) => rpc.jobs.cancel({ id }));
  const resume = useAction(resumeJob);
  const isHalted = isJobFinished(job.state);
  const error = cancel.error ?? resume.error;
  if (job.state === 'succeeded') return null;
  const [label, action] = isHalted ? (['Resume', resume] as const) : (['Cancel', cancel] as const);
  return (
    <>
      <EditButton
        small
        variant={isHalted ? 'primary' : 'default'}
        icon={isHalted ? <Play size={12} /> : <Square size={12} />}
        disabled={job.state === 'cancelling'}
        isBusy={action.isRunning}
        onClick={() => void action.run(job.id)}
      >
        {label}
      </EditButton>
      {error !== undefined && <ErrorView error={error} />}
    </>
  );
}
