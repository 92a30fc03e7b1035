import { GitCompareArrows, Plus } from 'lucide-react';
import type { Labels } from '../../shared/domain/label.ts';
import { isJobFinished, type JobSnapshot } from '../../shared/domain/job.ts';
import { fewestCompared, mostCompared } from '../../shared/domain/runs/run-comparison.ts';
import { everyRun, filterRuns } from '../../shared/domain/runs/run-filter.ts';
import type { Run } from '../../shared/domain/run.ts';
import { formatCount, formatQuantity } from '../../shared/text/numbers.ts';
import { describeJob } from '../../shared/text/progress.ts';
import { formatLoss } from '../../shared/text/training.ts';
import { useJobs } from '../rpc/jobs.ts';
import type { QueryResult } from '../rpc/use-query.ts';
import { Button } from '../ui/button.tsx';
import { stateTones, Badge } from '../ui/feedback/badge.tsx';
import { ProgressBar } from '../ui/feedback/progress.tsx';
import { formatMoment } from '../ui/format.ts';
import { Tagged, ThingLabels } from '../ui/things/thing-labels.tsx';
import { ThingRow } from '../ui/things/thing-menu.tsx';
import { useLabels } from '../ui/things/things-store.ts';
import { stateOf } from './run-text.ts';
import { runColor } from './compare/comparison-curves.ts';
import { RunFinder } from './run-finder.tsx';
import {
  filterList,
  showForm,
  showRun,
  toggleCompared,
  toggleComparing,
  useTrain,
  type Selection,
} from './train-store.ts';
import './run-list.css';

interface RunListProps {
  runs: QueryResult<Run[]>;
  selection: Selection;
}

/** Every run, newest first, with the way to a new one. */
export function RunList({ runs, selection }: RunListProps) {
  const jobs = new Map(useJobs().map((job) => [job.id, job]));
  const filter = useTrain((state) => state.filter);
  const list = runs.data ?? [];
  const labelsOf = useLabels('run');
  const found = filterRuns(list, filter);
  const compared = selection.kind === 'compare' ? selection.ids : null;
  return (
    <>
      <header className="run-list-head">
        <h2>Runs</h2>
        {list.length > 0 && <span className="faint">{formatCount(list.length)}</span>}
        <span className="spacer" />
        {list.length >= fewestCompared && (
          <Button
            small
            icon={<GitCompareArrows size={13} />}
            shortcut="c"
            aria-pressed={compared !== null}
            onClick={() => toggleComparing(selection)}
          >
            Compare
          </Button>
        )}
        <Button
          small
          icon={<Plus size={13} />}
          shortcut="n"
          aria-current={selection.kind === 'form'}
          onClick={showForm}
        >
          New run
        </Button>
      </header>
      {runs.data !== undefined && list.length === 0 && (
        <p className="state dim">No run yet. Fill in the form to start the first one.</p>
      )}
      {list.length >= fewestCompared && <RunFinder runs={list} filter={filter} />}
      {list.length > 0 && found.length === 0 && (
        <p className="state dim">
          Of {formatQuantity(list.length, 'run')} none is like that.{' '}
          <Button small onClick={() => filterList(everyRun)}>
            Show all
          </Button>
        </p>
      )}
      <Tagged thing="run" list={found}>
        {(shown) => (
          <ul className="run-list" aria-label="Runs">
            {shown.map((run) => {
              const isChosen = selection.kind === 'run' && selection.id === run.id;
              const target = { thing: 'run', id: run.id, name: run.name } as const;
              return (
                <ThingRow key={run.id} target={target} isCurrent={isChosen}>
                  {compared && <CompareBox run={run} compared={compared} />}
                  <RunItem
                    run={run}
                    job={jobs.get(run.jobId)}
                    labels={labelsOf(run.id)}
                    isChosen={isChosen}
                  />
                </ThingRow>
              );
            })}
          </ul>
        )}
      </Tagged>
    </>
  );
}

/** Takes a run into the comparison; its colour is that of its curves. */
function CompareBox({ run, compared }: { run: Run; compared: readonly string[] }) {
  const index = compared.indexOf(run.id);
  const isFull = index === -1 && compared.length >= mostCompared;
  return (
    <label
      className="run-compare"
      title={isFull ? `At most ${mostCompared} runs can be compared` : undefined}
    >
      <input
        type="checkbox"
        aria-label={`Compare ${run.name}`}
        checked={index !== -1}
        disabled={isFull}
        onChange={() => toggleCompared(compared, run.id)}
      />
      <span
        className="run-swatch"
        style={{ background: index === -1 ? 'transparent' : `var(${runColor(index)})` }}
      />
    </label>
  );
}

interface RunItemProps {
  run: Run;
  job: JobSnapshot | undefined;
  labels: Labels;
  isChosen: boolean;
}

function RunItem({ run, job, labels, isChosen }: RunItemProps) {
  const state = stateOf(run, job);
  const progress = job?.progress;
  return (
    <button
      type="button"
      className="run-item"
      aria-current={isChosen}
      onClick={() => showRun(run.id)}
    >
      <span className="run-item-line">
        <span className="run-item-name truncate">{run.name}</span>
        <Badge tone={stateTones[state]}>{state}</Badge>
      </span>
      <span className="small dim truncate">
        {run.modelName} · {run.datasetName}
      </span>
      <ThingLabels labels={labels} />
      {isJobFinished(state) ? (
        <FinishedLine run={run} />
      ) : (
        <>
          {state !== 'queued' && (
            <ProgressBar
              label={`Progress of ${run.name}`}
              done={progress?.done ?? 0}
              total={progress?.total ?? 0}
            />
          )}
          <span className="small dim truncate">{describeJob(job)}</span>
        </>
      )}
    </button>
  );
}

function FinishedLine({ run }: { run: Run }) {
  const { lastMetric } = run;
  return (
    <span className="run-item-line small faint">
      <span className="truncate">
        {lastMetric
          ? `step ${formatCount(lastMetric.step)} · loss ${formatLoss(lastMetric.loss)}`
          : 'no step done'}
      </span>
      <span className="truncate">{formatMoment(run.createdMs)}</span>
    </span>
  );
}
