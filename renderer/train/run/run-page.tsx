import { memo } from 'react';
import { isJobFinished } from '../../../shared/domain/job.ts';
import type { Run, RunEvent } from '../../../shared/domain/run.ts';
import { useJob } from '../../rpc/jobs.ts';
import { formatMoment } from '../../ui/format.ts';
import { ChoiceSection, useChoice } from '../choice/choice-section.tsx';
import { RunCharts } from '../metrics/run-charts.tsx';
import { useRunMetrics } from '../metrics/use-run-metrics.ts';
import { RecipeTable } from '../recipe/recipe-table.tsx';
import { stateOf } from '../run-text.ts';
import { CheckpointTable } from './checkpoint-table.tsx';
import { EncodeReportView } from './encode-report-view.tsx';
import { ProbeTimeline } from './probe-timeline.tsx';
import { RunHeader } from './run-header.tsx';
import { RunOutcomeView } from './run-outcome.tsx';
import './run-page.css';

/** Everything about one run: how far it is, its curves, its samples, its adapters, its recipe. */
export function RunPage({ run }: { run: Run }) {
  const job = useJob(run.jobId);
  const state = stateOf(run, job);
  const metrics = useRunMetrics(run.id, run.totalSteps, !isJobFinished(state));
  return (
    <article className="run-page" aria-label={`Run ${run.name}`}>
      <RunHeader run={run} job={job} metrics={metrics} />
      <div className="run-page-body" tabIndex={-1} data-work>
        <RunOutcomeView run={run} state={state} error={job?.error ?? null} />
        <RunCharts run={run} metrics={metrics} isFinished={isJobFinished(state)} />
        <RunDetails run={run} isFinished={isJobFinished(state)} />
      </div>
    </article>
  );
}

interface RunDetailsProps {
  run: Run;
  isFinished: boolean;
}

/** What does not change with each step: long tables are not made anew while points come in. */
const RunDetails = memo(function RunDetails({ run, isFinished }: RunDetailsProps) {
  const choice = useChoice(run);
  const isBlind = choice?.studies.some(({ isRevealed }) => !isRevealed) ?? false;
  return (
    <>
      <CheckpointTable run={run} isFinished={isFinished} />
      {choice && <ChoiceSection run={run} choice={choice} />}
      <ProbeTimeline run={run} isBlind={isBlind} />
      <EncodeReportView run={run} isFinished={isFinished} />
      <RunHistory events={run.events} />
      <RecipeTable run={run} />
    </>
  );
});

const isTrouble = ({ kind }: RunEvent) => kind === 'damaged' || kind === 'warning';

/** Pauses, resumes and what went wrong with a checkpoint, oldest first; nothing without any. */
function RunHistory({ events }: { events: readonly RunEvent[] }) {
  if (events.length === 0) return null;
  return (
    <section className="column" aria-label="History">
      <h2>History</h2>
      <ul className="run-history">
        {events.map((event, index) => (
          <li key={index} className={isTrouble(event) ? 'run-trouble' : undefined}>
            <time className="dim small">{formatMoment(event.createdMs)}</time> {event.message}
          </li>
        ))}
      </ul>
    </section>
  );
}
