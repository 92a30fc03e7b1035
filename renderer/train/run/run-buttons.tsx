import { Pause, Play, Square } from 'lucide-react';
import { canPauseJob, canResumeJob, type JobState } from '../../../shared/domain/job.ts';
import type { Run } from '../../../shared/domain/run.ts';
import { rpc } from '../../rpc/client.ts';
import { useAction } from '../../rpc/use-action.ts';
import { resumeJob } from '../../ui/resume-job.ts';
import { EditButton } from '../../ui/edit-button.tsx';
import { confirmAction } from '../../ui/dialogs/dialog.tsx';
import { ErrorView } from '../../ui/feedback/error-view.tsx';
import { useShortcuts } from '../../ui/shortcuts.ts';

interface RunButtonsProps {
  run: Run;
  state: JobState;
}

/** What can be done about a run in its state: pause, resume, cancel. `p` pauses and resumes. */
export function RunButtons({ run, state }: RunButtonsProps) {
  const job = { kind: 'train', state } as const;
  const pause = useAction(() => rpc.jobs.pause({ id: run.jobId }));
  const resume = useAction(() => resumeJob(run.jobId));
  const cancel = useAction(() => cancelRun(run, state));
  const [canPause, canResume] = [canPauseJob(job), canResumeJob(job)];
  const toggle = canPause ? pause : resume;
  useShortcuts([
    {
      keys: ['p'],
      label: canPause ? 'Pause the run' : 'Resume the run',
      group: 'Train',
      run: () => void toggle.run(),
      isDisabled: !(canPause || canResume) || toggle.isRunning,
    },
  ]);
  const error = pause.error ?? resume.error ?? cancel.error;
  return (
    <>
      {error !== undefined && <ErrorView error={error} />}
      {(canPause || state === 'pausing') && (
        <EditButton
          small
          icon={<Pause size={13} />}
          shortcut="p"
          isBusy={pause.isRunning || state === 'pausing'}
          onClick={() => void pause.run()}
        >
          Pause
        </EditButton>
      )}
      {canResume && (
        <EditButton
          small
          variant="primary"
          icon={<Play size={13} />}
          shortcut="p"
          isBusy={resume.isRunning}
          onClick={() => void resume.run()}
        >
          Resume
        </EditButton>
      )}
      {(canPause || state === 'pausing') && (
        <EditButton
          small
          icon={<Square size={13} />}
          isBusy={cancel.isRunning}
          onClick={() => void cancel.run()}
        >
          Cancel run
        </EditButton>
      )}
    </>
  );
}

async function cancelRun(run: Run, state: JobState): Promise<void> {
  const isSure =
    state === 'queued' ||
    (await confirmAction({
      title: `Cancel “${run.name}”?`,
      body: 'Adapters of finished epochs and the last checkpoint are kept; steps since then are lost. Pause loses nothing.',
      confirmLabel: 'Cancel the run',
      refuseLabel: 'Let it run',
      isDangerous: true,
    }));
  if (isSure) await rpc.jobs.cancel({ id: run.jobId });
}
