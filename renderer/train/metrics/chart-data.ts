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

/** Shows new data; it widens the view, unless a person has zoomed in. */
export function feedChart(chart: uPlot, data: uPlot.AlignedData): void {
  const steps = chart.data[0];
  const { min, max } = chart.scales['x'] ?? {};
  const isZoomed = steps.length > 1 && min != null && (min !== steps[0] || max !== steps.at(-1));
  chart.batch(() => {
    chart.setData(data, !isZoomed);
    if (isZoomed) chart.redraw();
  });
}

/**
 * Puts the cursor on a step chosen elsewhere; `null` takes it away. `index` counts the steps of the
 * run, before which the chart has so many `leading` points.
 */
export function pointAt(chart: uPlot, index: number | null, leading: number): void {
  if (index === stepIndex(chart, leading)) return;
  const step = index === null ? undefined : chart.data[0][index + leading];
  if (step === undefined) chart.setCursor({ left: -10, top: -10 }, false);
  else chart.setCursor({ left: chart.valToPos(step, 'x'), top: 10 }, false);
}

/** The step of the run under the cursor, counted from 0: the first one for any point before it. */
export function stepIndex(chart: uPlot, leading: number): number | null {
  const { idx } = chart.cursor;
  return idx == null ? null : Math.max(0, idx - leading);
}
