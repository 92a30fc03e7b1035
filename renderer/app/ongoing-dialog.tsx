import { create } from 'zustand';
import { isJobFinished, ongoingWorkSchema, type OngoingWork } from '../../shared/domain/job.ts';
import {
  afterStopping,
  countOngoing,
  describeOngoing,
} from '../../shared/text/project/ongoing-work.ts';
import { rpc } from '../rpc/client.ts';
import { useJobs } from '../rpc/jobs.ts';
import { dataOfError } from '../rpc/rpc-error.ts';
import { projectChanged } from '../rpc/watch.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialogs/dialog.tsx';
import './settings/settings.css';

/** What a person decides about the work that goes on. */
type Decision = 'keep' | 'wait' | 'stop';

/** What a call that ends the open project is about to do. */
interface Ending {
  /** The verb on the button that stops what goes on. */
  stopLabel: string;
  /** Set where the project may be closed later as well as now. */
  waitLabel?: string;
}

interface Pending extends Ending {
  work: OngoingWork;
  answer: (decision: Decision) => void;
}

const usePending = create<{ pending: Pending | null }>(() => ({ pending: null }));

/**
 * Makes a call that ends the open project. Where the core refuses it because something goes on, a
 * person decides; `undefined` when it was not made.
 */
export async function endingProject<Output>(
  ending: Ending,
  call: (how: { stopJobs?: boolean }) => Promise<Output>,
): Promise<Output | undefined> {
  try {
    return await call({});
  } catch (error) {
    const work = ongoingWorkSchema.safeParse(dataOfError(error, 'JOBS_RUNNING'));
    if (!work.success) throw error;
    const decision = await decide(ending, work.data);
    if (decision === 'stop') return await call({ stopJobs: true });
    if (decision === 'wait') await rpc.project.closeWhenDone({ isWanted: true });
    projectChanged();
    return undefined;
  }
}

function decide(ending: Ending, work: OngoingWork): Promise<Decision> {
  usePending.getState().pending?.answer('keep');
  return new Promise((resolve) => {
    const answer = (decision: Decision) => {
      usePending.setState({ pending: null });
      resolve(decision);
    };
    usePending.setState({ pending: { ...ending, work, answer } });
  });
}

/** Asks what shall become of the work that goes on; mounted once by the shell. */
export function OngoingDialog() {
  const pending = usePending((state) => state.pending);
  return pending && <Question {...pending} />;
}

function Question({ work, stopLabel, waitLabel, answer }: Pending) {
  const current = useCurrent(work);
  const isMany = current.jobs.length + current.answers > 1;
  const count = countOngoing(current);
  return (
    <Dialog
      title={
        count === '' ? 'Everything is done now' : `${count} ${isMany ? 'are' : 'is'} not done yet`
      }
      onClose={() => answer('keep')}
      footer={
        <>
          <Button data-autofocus onClick={() => answer('keep')}>
            Keep it open
          </Button>
          {waitLabel !== undefined && <Button onClick={() => answer('wait')}>{waitLabel}</Button>}
          <Button variant="danger" onClick={() => answer('stop')}>
            {stopLabel}
          </Button>
        </>
      }
    >
      <ul className="ongoing-list" aria-label="What goes on">
        {describeOngoing(current).map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      <p>{afterStopping(current)}</p>
      <p className="dim">
        {window.limaDesktop
          ? 'To keep it running out of sight, close the window instead: the app ends when it is done.'
          : 'To keep it running out of sight, close this browser tab instead: the server goes on, and the address brings you back.'}
      </p>
    </Dialog>
  );
}

/** What is left of the work by now. */
function useCurrent(work: OngoingWork): OngoingWork {
  const jobs = useJobs();
  const states = new Map(jobs.map((job) => [job.id, job]));
  const current = work.jobs.map((job) => states.get(job.id) ?? job);
  return { jobs: current.filter(({ state }) => !isJobFinished(state)), answers: work.answers };
}
