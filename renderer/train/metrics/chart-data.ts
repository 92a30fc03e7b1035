import type uPlot from 'uplot';
import type { DevLoss } from '../../../shared/domain/run.ts';
import type { ChartLine } from './chart-options.ts';
import type { MetricSeries } from './metric-series.ts';

/**
 * The columns of a chart. A run with dev losses begins at step 0, where nothing but the first of
 * them stands, in each of its charts alike: they share their steps.
 */
export function chartData(
  series: MetricSeries,
  lines: readonly ChartLine[],
  devLosses: readonly DevLoss[],
): uPlot.AlignedData {
  const steps = series.column('step');
  if (devLosses.length === 0)
    return [steps, ...lines.map(({ column }) => columnOf(series, column))];
  const lossAt = new Map(devLosses.map(({ step, loss }) => [step, loss]));
  const allSteps = [0, ...steps];
  return [
    allSteps,
    ...lines.map(({ column }) =>
      column === 'devLoss'
        ? allSteps.map((step) => lossAt.get(step) ?? null)
        : [null, ...series.column(column)],
    ),
  ];
}

/** Points that a chart has before the first step of the series. */
export const leadingPoints = (devLosses: readonly DevLoss[]): number =>
  devLosses.length === 0 ? 0 : 1;

const columnOf = (series: MetricSeries, column: ChartLine['column']) =>
  column === 'devLoss' ? new Float64Array(0) : series.column(column);
