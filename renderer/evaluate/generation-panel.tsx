import { Play, Square } from 'lucide-react';
import { isJobFinished } from '../../shared/domain/job.ts';
import { formatCount, formatQuantity, timeLeft } from '../../shared/text/numbers.ts';
import { adviceFor } from '../../shared/text/error-advice.ts';
import { describeJob, joinFacts } from '../../shared/text/progress.ts';
import { rpc } from '../rpc/client.ts';
import { useAction } from '../rpc/use-action.ts';
import { useJob } from '../rpc/jobs.ts';
import { resumeJob } from '../ui/resume-job.ts';
import { EditButton } from '../ui/edit-button.tsx';
import { ErrorView } from '../ui/feedback/error-view.tsx';
import { ProgressBar } from '../ui/feedback/progress.tsx';

const ended = {
  cancelled: 'Cancelled: the answers that came are kept.',
  interrupted: 'Interrupted: the program ended while it was generating. The answers are kept.',
  failed: 'Generating failed; the answers that came are kept.',
  succeeded: 'Some answers are missing.',
};

interface GenerationPanelProps {
  jobId: string | null;
  answers: { done: number; total: number };
}

/** How far the answers are, with the way to stop and to go on. */
export function GenerationPanel({ jobId, answers: { done, total } }: GenerationPanelProps) {
  const job = useJob(jobId);
  const cancel = useAction((id: string) => rpc.jobs.cancel({ id }));
  const resume = useAction(resumeJob);
  const isHalted = job !== undefined && isJobFinished(job.state);
  const error = cancel.error ?? resume.error;
  return (
    <section className="panel generation" aria-label="Generating answers">
      <div className="row">
        <strong>
          {formatCount(done)} of {formatQuantity(total, 'answer')}
        </strong>
        {!isHalted && <span className="dim">{describe(job)}</span>}
        <span className="spacer" />
        {job && !isHalted && (
          <EditButton
            small
            icon={<Square size={12} />}
            disabled={job.state === 'cancelling'}
            isBusy={cancel.isRunning}
            onClick={() => void cancel.run(job.id)}
          >
            Cancel
          </EditButton>
        )}
        {job && isHalted && job.state !== 'succeeded' && (
          <EditButton
            small
            variant="primary"
            icon={<Play size={12} />}
            isBusy={resume.isRunning}
            onClick={() => void resume.run(job.id)}
          >
            Resume
          </EditButton>
        )}
      </div>
      <ProgressBar label="Answers generated" done={done} total={total} />
      {isHalted && <p className="dim">{endText(job.state)}</p>}
      {job?.error && <ErrorView error={{ ...job.error, advice: adviceFor(job.error.code) }} />}
      {error !== undefined && <ErrorView error={error} />}
    </section>
  );
}

function endText(state: string): string {
  return Object.entries(ended).find(([name]) => name === state)?.[1] ?? '';
}

/** What the job does now: waiting, loading, speed and time left. */
function describe(job: ReturnType<typeof useJob>): string {
  if (!job) return 'Looking for its job…';
  const { progress } = job;
  if (job.state !== 'running' || !progress) return describeJob(job);
  return joinFacts([progress.detail, timeLeft(progress.etaMs)]) || 'Loading the model…';
}
