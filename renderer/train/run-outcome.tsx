import type { JobError, JobState } from '../../shared/domain/job.ts';
import type { Run } from '../../shared/domain/run.ts';
import { adviceFor } from '../rpc/rpc-error.ts';
import { Button } from '../ui/button.tsx';
import { ErrorView } from '../ui/error-view.tsx';
import { formatQuantity } from '../ui/format.ts';
import { startAgain } from './train-store.ts';

interface RunOutcomeProps {
  run: Run;
  state: JobState;
  error: JobError | null;
}

/** Why a run did not come to its end, what is left of it and what to do. */
export function RunOutcome({ run, state, error }: RunOutcomeProps) {
  if (state === 'failed') return <Failure run={run} error={error} />;
  if (state === 'interrupted')
    return (
      <StoppedNote run={run} title="This run was interrupted">
        The program ended while it was training. A training run cannot be resumed in this version.
      </StoppedNote>
    );
  if (state === 'cancelled')
    return (
      <StoppedNote run={run} title="This run was cancelled">
        It cannot be continued.
      </StoppedNote>
    );
  return null;
}

function Failure({ run, error }: { run: Run; error: JobError | null }) {
  const known = error ?? {
    code: 'UNKNOWN',
    message: `“${run.name}” failed and left no message.`,
    detail: '',
  };
  return (
    <section className="column" aria-label="Why it failed">
      <ErrorView error={{ ...known, advice: adviceFor(known.code) }} />
      <div className="row">
        <span className="dim">{keptText(run)}</span>
      </div>
    </section>
  );
}

interface StoppedNoteProps {
  run: Run;
  title: string;
  children: string;
}

function StoppedNote({ run, title, children }: StoppedNoteProps) {
  return (
    <section className="run-note" aria-label={title}>
      <h2>{title}</h2>
      <p>
        {children} {keptText(run)}
      </p>
      <div className="row">
        <Button small variant="primary" onClick={() => startAgain(run)}>
          Use these settings for a new run
        </Button>
      </div>
    </section>
  );
}

function keptText(run: Run): string {
  const { length } = run.checkpoints;
  if (length === 0) return 'No epoch was finished, so there is no adapter.';
  return `${formatQuantity(length, 'adapter')} of finished epochs ${length === 1 ? 'is' : 'are'} kept and can be used in Chat and Evaluate.`;
}
