import type { JobError, JobState } from '../../../shared/domain/job.ts';
import type { Run } from '../../../shared/domain/run.ts';
import { formatCount } from '../../../shared/text/numbers.ts';
import { adviceFor, runAdviceFor } from '../../../shared/text/error-advice.ts';
import { describeResume } from '../../../shared/text/training.ts';
import { Button } from '../../ui/button.tsx';
import { stateTones } from '../../ui/feedback/badge.tsx';
import { ErrorView } from '../../ui/feedback/error-view.tsx';
import { startAgain } from '../train-store.ts';

interface RunOutcomeProps {
  run: Run;
  state: JobState;
  error: JobError | null;
}

/** Why a run did not come to its end, what is left of it and what to do. */
export function RunOutcomeView({ run, state, error }: RunOutcomeProps) {
  if (state === 'failed') return <Failure run={run} error={error} />;
  const title = stoppedTitles[state];
  if (title === undefined) return null;
  return <StoppedNote run={run} title={title} state={state} error={error} />;
}

const stoppedTitles: Partial<Record<JobState, string>> = {
  paused: 'This run is paused',
  interrupted: 'This run was interrupted',
  cancelled: 'This run was cancelled',
};

function Failure({ run, error }: { run: Run; error: JobError | null }) {
  const known = error ?? {
    code: 'UNKNOWN',
    message: `“${run.name}” failed and left no message.`,
    detail: '',
  };
  return (
    <section className="column" aria-label="Why it failed">
      <ErrorView error={{ ...known, advice: runAdviceFor(known.code) }} />
      <div className="row">
        <span className="dim">{keptText(run)}</span>
        <span className="spacer" />
        <NewRunButton run={run} />
      </div>
    </section>
  );
}

interface StoppedNoteProps {
  run: Run;
  title: string;
  state: JobState;
  error: JobError | null;
}

function StoppedNote({ run, title, state, error }: StoppedNoteProps) {
  const isPaused = state === 'paused';
  // The colour of the state, as its badge has it; what went wrong stands out all the same.
  const isCalm = stateTones[state] === 'plain' && !error;
  return (
    <section className={isCalm ? 'run-note run-note-calm' : 'run-note'} aria-label={title}>
      <h2>{title}</h2>
      {error && <ErrorView error={{ ...error, advice: adviceFor(error.code) }} />}
      <p>
        {describeResume(run)} {keptText(run)}
        {isPaused && ' Its memory is free for other work meanwhile.'}
      </p>
      {!isPaused && (
        <div className="row">
          <NewRunButton run={run} />
        </div>
      )}
    </section>
  );
}

function NewRunButton({ run }: { run: Run }) {
  return (
    <Button small onClick={() => startAgain(run)}>
      Start again with these settings
    </Button>
  );
}

function keptText(run: Run): string {
  const { length } = run.checkpoints.filter(({ isDeleted }) => !isDeleted);
  const kind = run.recipe.method === 'full' ? 'model' : 'adapter';
  if (length === 0) return `No epoch was finished, so there is no ${kind}.`;
  const what =
    length === 1
      ? `The ${kind} of the finished epoch is`
      : `The ${formatCount(length)} ${kind}s of finished epochs are`;
  return `${what} kept and can be used in Chat and Evaluate.`;
}
