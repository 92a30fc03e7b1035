import { RotateCcw, Square } from 'lucide-react';
import { isJobFinished, type JobSnapshot } from '../../shared/domain/job.ts';
import type { Run } from '../../shared/domain/run.ts';
import { rpc } from '../rpc/client.ts';
import { useAction } from '../rpc/use-action.ts';
import { Badge } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { confirmAction } from '../ui/confirm.tsx';
import { ErrorView } from '../ui/error-view.tsx';
import { formatCount, formatDuration, formatMoment } from '../ui/format.ts';
import { ProgressBar } from '../ui/progress.tsx';
import { describeProgress, durationOf, formatLoss, stateOf } from './run-text.ts';
import { stateTones } from '../ui/job-state.ts';
import { startAgain } from './train-store.ts';
import type { RunMetrics } from './use-run-metrics.ts';

interface RunHeaderProps {
  run: Run;
  job: JobSnapshot | undefined;
  metrics: RunMetrics;
}

/** Name, state and progress of a run, with the ways to stop it or to start it again. */
export function RunHeader({ run, job, metrics }: RunHeaderProps) {
  const state = stateOf(run, job);
  const isFinished = isJobFinished(state);
  return (
    <header className="run-header">
      <div className="row">
        <h1 className="truncate">{run.name}</h1>
        <Badge tone={stateTones[state]}>{state}</Badge>
        <span className="spacer" />
        {(state === 'running' || state === 'queued') && <CancelButton run={run} state={state} />}
        <Button small icon={<RotateCcw size={13} />} onClick={() => startAgain(run)}>
          Start again with these settings
        </Button>
      </div>
      <span className="dim truncate">
        {run.modelName} · {run.datasetName} · {formatMoment(run.createdMs)}
      </span>
      {isFinished ? (
        <FinishedLine run={run} job={job} />
      ) : (
        <LiveLine run={run} job={job} metrics={metrics} />
      )}
    </header>
  );
}

function CancelButton({ run, state }: { run: Run; state: 'running' | 'queued' }) {
  const cancel = useAction(async () => {
    const isSure =
      state === 'queued' ||
      (await confirmAction({
        title: `Cancel “${run.name}”?`,
        body: 'Adapters of finished epochs are kept. Steps since the last one are lost, and the run cannot be continued.',
        confirmLabel: 'Cancel the run',
        isDangerous: true,
      }));
    if (isSure) await rpc.jobs.cancel({ id: run.jobId });
  });
  return (
    <>
      {cancel.error !== undefined && <ErrorView error={cancel.error} />}
      <Button
        small
        icon={<Square size={13} />}
        isBusy={cancel.isRunning}
        onClick={() => void cancel.run()}
      >
        Cancel run
      </Button>
    </>
  );
}

function LiveLine({ run, job, metrics: { series } }: RunHeaderProps) {
  const progress = job?.progress;
  const last = series.length - 1;
  const speed = series.at('tokensPerSecond', last);
  return (
    <>
      {job?.state !== 'queued' && (
        <ProgressBar
          label={`Progress of ${run.name}`}
          done={progress?.done ?? 0}
          total={progress?.total ?? 0}
        />
      )}
      <div className="row row-wrap small dim">
        <span>{describeProgress(job)}</span>
        {last >= 0 && (
          <span>
            epoch {series.at('epoch', last).toFixed(2)} of {formatCount(run.recipe.epochs)} · loss{' '}
            {formatLoss(series.at('loss', last))} · {formatCount(Math.round(speed))} tokens/s
          </span>
        )}
        <span className="spacer" />
        {progress?.etaMs != null && <strong>{formatDuration(progress.etaMs)} left</strong>}
      </div>
    </>
  );
}

function FinishedLine({ run, job }: { run: Run; job: JobSnapshot | undefined }) {
  const durationMs = durationOf(job);
  const last = run.checkpoints.at(-1);
  const parts = [
    run.lastMetric && `${formatCount(run.lastMetric.step)} of ${formatCount(run.totalSteps)} steps`,
    last && `mean loss of the last epoch ${formatLoss(last.meanLoss)}`,
    durationMs !== null && `took ${formatDuration(durationMs)}`,
    run.engine !== '' && run.engine,
  ];
  return <span className="small dim">{parts.filter(Boolean).join(' · ')}</span>;
}
