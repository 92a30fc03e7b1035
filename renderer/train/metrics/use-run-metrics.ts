import { useEffect, useState } from 'react';
import { isJobFinished } from '../../../shared/domain/job.ts';
import { rpc } from '../../rpc/client.ts';
import { DisconnectedError, isAbort } from '../../rpc/rpc-error.ts';
import { MetricSeries } from './metric-series.ts';

/** A run's metrics as they stand; `revision` grows whenever points were added. */
export interface RunMetrics {
  series: MetricSeries;
  revision: number;
  /** The stored points have been received, so an empty series really is empty. */
  isLoaded: boolean;
}

const retryPauseMs = 1000;

/**
 * Follows a run's metrics: what is stored, then what comes, at most one update per frame. After a
 * broken connection it goes on behind the last step it has, and once a stopped run is `isLive` again
 * it starts over, since a resumed run may repeat steps.
 */
export function useRunMetrics(runId: string, totalSteps: number, isLive: boolean): RunMetrics {
  const [metrics, setMetrics] = useState<RunMetrics>(emptyMetrics);
  useEffect(() => {
    const series = new MetricSeries(totalSteps);
    const stop = new AbortController();
    let frame = 0;
    const show = () => {
      frame = 0;
      setMetrics(({ revision }) => ({ series, revision: revision + 1, isLoaded: true }));
    };
    const showSoon = () => {
      if (frame === 0) frame = requestAnimationFrame(show);
    };
    void follow({ runId, isLive, series, signal: stop.signal, onChange: showSoon });
    return () => {
      stop.abort();
      cancelAnimationFrame(frame);
    };
  }, [runId, totalSteps, isLive]);
  return metrics;
}

function emptyMetrics(): RunMetrics {
  return { series: new MetricSeries(0), revision: 0, isLoaded: false };
}

/** The banner tells of a lost line; the stream only has to be opened again. */
const isLineDown = (error: unknown) => error instanceof DisconnectedError || isAbort(error);

interface Follow {
  runId: string;
  isLive: boolean;
  series: MetricSeries;
  signal: AbortSignal;
  onChange: () => void;
}

/** Opens the stream again until it ended because the run has ended. */
async function follow({ runId, isLive, series, signal, onChange }: Follow): Promise<void> {
  while (!signal.aborted) {
    try {
      const input = { runId, afterStep: series.lastStep };
      for await (const { metrics } of await rpc.runs.metrics(input, { signal })) {
        series.append(metrics);
        onChange();
      }
      if (!isLive) return;
      const run = await rpc.runs.get({ id: runId }, { signal });
      if (isJobFinished(run.state)) return;
    } catch (error) {
      if (!signal.aborted && !isLineDown(error))
        console.warn('The metrics of the run were interrupted:', error);
    }
    if (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, retryPauseMs));
  }
}
