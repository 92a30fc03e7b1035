import { MessagesSquare, RotateCcw, Scale } from 'lucide-react';
import { isJobFinished, type JobSnapshot } from '../../../shared/domain/job.ts';
import { type RunMemory } from '../../../shared/domain/memory-plan.ts';
import { defaultCheckpoint, type Run } from '../../../shared/domain/run.ts';
import { epochsOfRun } from '../../../shared/domain/training-counts.ts';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatQuantity,
  timeLeft,
} from '../../../shared/text/numbers.ts';
import { describeJob } from '../../../shared/text/progress.ts';
import { describeRunMemory, formatLoss } from '../../../shared/text/training.ts';
import { usePipeline } from '../../rpc/project.ts';
import { Button } from '../../ui/button.tsx';
import { stateTones, Badge } from '../../ui/feedback/badge.tsx';
import { ProgressBar } from '../../ui/feedback/progress.tsx';
import { formatMoment } from '../../ui/format.ts';
import { compareInChat, evaluateAgainstBase } from '../../ui/next-steps.ts';
import type { RunMetrics } from '../metrics/use-run-metrics.ts';
import { durationOf, stateOf } from '../run-text.ts';
import { startAgain } from '../train-store.ts';
import { RunButtons } from './run-buttons.tsx';

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
      <div className="row row-wrap">
        <h1 className="truncate run-title" title={run.name}>
          {run.name}
        </h1>
        <Badge tone={stateTones[state]}>{state}</Badge>
        <span className="spacer" />
        <RunButtons run={run} state={state} />
        {isFinished && <NextActions run={run} />}
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
      {run.memory && <MemoryLine {...run.memory} />}
    </header>
  );
}

/** What a trained model is for: to be asked beside its base, then to be judged against it. */
function NextActions({ run }: { run: Run }) {
  const facts = usePipeline().data;
  const used = defaultCheckpoint(run.checkpoints);
  if (!used) return null;
  const trained = { modelId: run.modelId, checkpointId: used.id };
  const wasAsked = facts?.run?.id === run.id && facts.chatAnswers > 0;
  return (
    <>
      <Button
        small
        variant={wasAsked ? 'default' : 'primary'}
        icon={<MessagesSquare size={13} />}
        onClick={() => void compareInChat(trained)}
      >
        Compare in chat
      </Button>
      <Button
        small
        variant={wasAsked ? 'primary' : 'default'}
        icon={<Scale size={13} />}
        onClick={() => evaluateAgainstBase(trained)}
      >
        Evaluate against the base
      </Button>
    </>
  );
}

function LiveLine({ run, job, metrics: { series } }: RunHeaderProps) {
  const progress = job?.progress;
  const last = series.length - 1;
  const speed = series.at('tokensPerSecond', last);
  const done = { step: series.at('step', last), epoch: series.at('epoch', last) };
  const epochs = last < 0 ? 0 : epochsOfRun(done, run.totalSteps);
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
        <span>{describeJob(job)}</span>
        {last >= 0 && (
          <span>
            epoch {series.at('epoch', last).toFixed(2)} of {formatCount(epochs)} · loss{' '}
            {formatLoss(series.at('loss', last))} · {formatCount(Math.round(speed))} tokens/s
          </span>
        )}
        <span className="spacer" />
        {progress?.etaMs != null && progress.etaMs > 0 && (
          <strong>{timeLeft(progress.etaMs)}</strong>
        )}
      </div>
    </>
  );
}

function FinishedLine({ run, job }: { run: Run; job: JobSnapshot | undefined }) {
  const durationMs = run.lastMetric?.elapsedMs ?? durationOf(job);
  const last = run.checkpoints.at(-1);
  const facts = [
    run.lastMetric &&
      `${formatCount(run.lastMetric.step)} of ${formatQuantity(run.totalSteps, 'step')}`,
    last && `mean loss of the last epoch ${formatLoss(last.meanLoss)}`,
    durationMs !== null && `trained for ${formatDuration(durationMs)}`,
    run.engine !== '' && run.engine,
  ];
  return <span className="small dim">{facts.filter(Boolean).join(' · ')}</span>;
}

function MemoryLine(memory: RunMemory) {
  const { device, expectedBytes } = memory;
  return (
    <span
      className="small dim"
      title={`after its first step it was expected to take ${formatBytes(expectedBytes)}`}
    >
      Memory of {device}: {describeRunMemory(memory)}
    </span>
  );
}
