import uPlot from 'uplot';
import type { ComparedRun, CurvePoint } from '../../../shared/domain/runs/run-comparison.ts';
import { formatCount, formatDuration, formatQuantity } from '../../../shared/text/numbers.ts';
import type { ChartColor } from '../metrics/chart-options.ts';
import { Smoother, smoothingFactor } from '../metrics/metric-series.ts';

/** What the curves of a comparison are drawn over. */
export type CurveAxis = 'step' | 'tokens' | 'time';

const colors = [1, 2, 3, 4, 5, 6] as const;

/** The colour of the run that was chosen at this place: the same in the list and in the charts. */
export const runColor = (index: number): ChartColor => `--series-${colors[index] ?? 1}`;

/** How a place on an axis is told. */
export const axisText: Record<CurveAxis, (value: number) => string> = {
  step: (step) => `step ${formatCount(Math.round(step))}`,
  tokens: (tokens) => formatQuantity(Math.round(tokens), 'token'),
  time: formatDuration,
};

const placeOf: Record<CurveAxis, (point: CurvePoint) => number | null> = {
  step: ({ step }) => step,
  tokens: ({ tokens }) => tokens,
  time: ({ elapsedMs }) => elapsedMs,
};

/**
 * The curves of several runs over one axis, aligned: each run has a value only where it has a
 * point. Training losses are smoothed as on the page of a run; points without a place on the axis
 * are left out.
 */
export function comparisonData(
  runs: readonly ComparedRun[],
  kind: 'curve' | 'devCurve',
  axis: CurveAxis,
): uPlot.AlignedData {
  const tables = runs.map((run): uPlot.AlignedData => {
    const points = run[kind].flatMap((point) => {
      const place = placeOf[axis](point);
      return place === null ? [] : [{ place, loss: point.loss }];
    });
    const losses = points.map(({ loss }) => loss);
    return [
      points.map(({ place }) => place),
      kind === 'curve' ? smoothed(losses, run.totalSteps / run.stepsPerPoint) : losses,
    ];
  });
  return uPlot.join(tables);
}

function smoothed(losses: readonly number[], points: number): number[] {
  const smoother = new Smoother(smoothingFactor(points));
  return losses.map((loss) => smoother.next(loss));
}
