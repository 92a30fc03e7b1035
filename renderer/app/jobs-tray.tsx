import { Activity } from 'lucide-react';
import { isJobFinished } from '../../shared/domain/job.ts';
import { useJobs } from '../rpc/use-jobs.ts';
import { Button } from '../ui/button.tsx';
import { Popover } from '../ui/dialogs/menu.tsx';
import { EmptyState } from '../ui/feedback/states.tsx';
import { JobCard } from './job-card.tsx';
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
