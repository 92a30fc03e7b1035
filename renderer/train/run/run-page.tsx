import { isJobFinished } from '../../../shared/domain/job.ts';
import type { Run } from '../../../shared/domain/run.ts';
import { useJob } from '../../rpc/use-jobs.ts';
import { CheckpointTable } from './checkpoint-table.tsx';
import { EncodeReportView } from './encode-report-view.tsx';
import { ProbeTimeline } from './probe-timeline.tsx';
import { RecipeTable } from '../recipe/recipe-table.tsx';
import { RunCharts } from '../metrics/run-charts.tsx';
import { RunHeader } from './run-header.tsx';
import { RunHistory } from './run-history.tsx';
import { RunOutcome } from './run-outcome.tsx';
import { stateOf } from '../run-text.ts';
import { useRunMetrics } from '../metrics/use-run-metrics.ts';
import './run-page.css';

/** Everything about one run: how far it is, its curves, its samples, its adapters, its recipe. */
export function RunPage({ run }: { run: Run }) {
  const job = useJob(run.jobId);
  const state = stateOf(run, job);
  const metrics = useRunMetrics(run.id, run.totalSteps, !isJobFinished(state));
  return (
    <article className="run-page" aria-label={`Run ${run.name}`}>
      <RunHeader run={run} job={job} metrics={metrics} />
      <div className="run-page-body">
        <RunOutcome run={run} state={state} error={job?.error ?? null} />
        <RunCharts run={run} metrics={metrics} isFinished={isJobFinished(state)} />
        <CheckpointTable run={run} isFinished={isJobFinished(state)} />
        <ProbeTimeline run={run} />
        <EncodeReportView run={run} isFinished={isJobFinished(state)} />
        <RunHistory events={run.events} />
        <RecipeTable run={run} />
      </div>
    </article>
  );
}
