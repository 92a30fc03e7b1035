import { Activity } from 'lucide-react';
import type { Job } from '../../shared/contract/job-kinds.ts';
import {
  isJobFinished,
  canPauseJob,
  canResumeJob,
  type JobSnapshot,
} from '../../shared/domain/job.ts';
import { adviceFor } from '../../shared/text/error-advice.ts';
import { formatDuration, timeLeft } from '../../shared/text/numbers.ts';
import { describeJob, describeResult, joinFacts } from '../../shared/text/progress.ts';
import { rpc } from '../rpc/client.ts';
import { useAction } from '../rpc/use-action.ts';
import { useJobs } from '../rpc/jobs.ts';
import { Button } from '../ui/button.tsx';
import { resumeJob } from '../ui/resume-job.ts';
import { EditButton } from '../ui/edit-button.tsx';
import { Popover } from '../ui/dialogs/menu.tsx';
import { stateTones, Badge } from '../ui/feedback/badge.tsx';
import { ErrorView } from '../ui/feedback/error-view.tsx';
import { ProgressBar } from '../ui/feedback/progress.tsx';
import { EmptyState } from '../ui/feedback/states.tsx';
import { formatMoment } from '../ui/format.ts';
import { showMadeBy } from './show-made.ts';
import { setJobsOpen, useShell } from './shell-store.ts';
import './jobs-tray.css';

const shownFinished = 30;

/** The button that says how much runs, and the list of jobs behind it. */
export function JobsTray() {
  const jobs = useJobs();
  const isOpen = useShell((state) => state.areJobsOpen);
  const running = jobs.filter((job) => !isJobFinished(job.state));
  const finished = jobs.filter((job) => isJobFinished(job.state)).slice(0, shownFinished);
  return (
    <Popover
      label="Jobs"
      align="end"
      isOpen={isOpen}
      onOpen={setJobsOpen}
      trigger={
        <Button
          variant="ghost"
          icon={<Activity size={14} className={running.length > 0 ? 'jobs-busy' : undefined} />}
        >
          {running.length === 0 ? 'Jobs' : `${running.length} running`}
        </Button>
      }
    >
      <div className="jobs">
        {jobs.length === 0 && (
          <EmptyState title="No jobs yet">
            Imports, trainings and generations run here, with progress and outcome.
          </EmptyState>
        )}
        {running.map((job) => (
          <JobCard key={job.id} job={job} />
        ))}
        {finished.map((job) => (
          <JobCard key={job.id} job={job} />
        ))}
      </div>
    </Popover>
  );
}

/** One job: progress with what is left while it runs, the outcome afterwards. */
function JobCard({ job }: { job: Job }) {
  const isFinished = isJobFinished(job.state);
  return (
    <article className="job" aria-label={job.title}>
      <div className="job-head">
        <span className="job-title truncate" title={job.title}>
          {job.title}
        </span>
        <Badge tone={stateTones[job.state]}>{job.state}</Badge>
        <ShowMade job={job} />
        <JobButtons job={job} />
      </div>
      {!isFinished && <JobProgressLine job={job} />}
      {isFinished && <JobOutcome job={job} />}
    </article>
  );
}

/** The way to what the job makes or has made; the list of jobs closes behind it. */
function ShowMade({ job }: { job: Job }) {
  const way = showMadeBy(job);
  if (!way) return null;
  const go = () => {
    setJobsOpen(false);
    way.run();
  };
  return (
    <Button small variant="ghost" onClick={go}>
      {way.label}
    </Button>
  );
}

function JobButtons({ job }: { job: JobSnapshot }) {
  const cancel = useAction(() => rpc.jobs.cancel({ id: job.id }));
  const pause = useAction(() => rpc.jobs.pause({ id: job.id }));
  const resume = useAction(() => resumeJob(job.id));
  const error = cancel.error ?? pause.error ?? resume.error;
  return (
    <>
      {canPauseJob(job) && (
        <EditButton small isBusy={pause.isRunning} onClick={() => void pause.run()}>
          Pause
        </EditButton>
      )}
      {(job.state === 'queued' || job.state === 'running') && (
        <EditButton small isBusy={cancel.isRunning} onClick={() => void cancel.run()}>
          Cancel
        </EditButton>
      )}
      {canResumeJob(job) && (
        <EditButton small isBusy={resume.isRunning} onClick={() => void resume.run()}>
          Resume
        </EditButton>
      )}
      {error !== undefined && <ErrorView error={error} />}
    </>
  );
}

function JobProgressLine({ job }: { job: JobSnapshot }) {
  const { progress } = job;
  const isCounting = job.state === 'running' && !progress?.subtask;
  const detail = isCounting ? (progress?.detail ?? '') : '';
  return (
    <>
      <ProgressBar label={job.title} done={progress?.done ?? 0} total={progress?.total ?? 0} />
      <div className="job-line">
        <span className="truncate">{joinFacts([describeJob(job), detail])}</span>
        <span>{timeLeft(progress?.etaMs)}</span>
      </div>
    </>
  );
}

function JobOutcome({ job }: { job: JobSnapshot }) {
  const tookMs = (job.finishedMs ?? 0) - (job.startedMs ?? job.finishedMs ?? 0);
  return (
    <>
      <div className="job-line">
        <span className="truncate">{describeResult(job)}</span>
        {job.finishedMs !== null && (
          <span title={formatMoment(job.finishedMs)}>{formatDuration(tookMs)}</span>
        )}
      </div>
      {job.error !== null && (
        <details>
          <summary>{job.error.message}</summary>
          <ErrorView error={{ ...job.error, advice: adviceFor(job.error.code) }} />
        </details>
      )}
    </>
  );
}
