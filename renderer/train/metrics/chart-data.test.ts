import { expect, test } from 'vitest';
import type { RunMetric } from '../../../shared/domain/run.ts';
import { chartData } from './chart-data.ts';
import type { ChartLine } from './chart-options.ts';
import { MetricSeries } from './metric-series.ts';

const metric = (step: number): RunMetric => ({
  step,
  epoch: step / 2,
  loss: 10 - step,
  learningRate: 1,
  gradNorm: 1,
  tokensPerSecond: 1,
  elapsedMs: step,
});
const series = new MetricSeries(4);
series.append([1, 2, 3].map(metric));
const line = (column: ChartLine['column']): ChartLine => ({
  column,
  label: column,
  color: '--series-1',
  widthPx: 1,
});

test('a chart of a run with dev losses begins at step 0, with every value at its own step', () => {
  const devLosses = [
    { step: 0, epoch: 0, loss: 9.5 },
    { step: 2, epoch: 1, loss: 8.5 },
    { step: 4, epoch: 2, loss: 7.5 },
  ];
  expect(chartData(series, [line('loss'), line('devLoss')], devLosses)).toEqual([
    [0, 1, 2, 3],
    [null, 9, 8, 7],
    [9.5, null, 8.5, null],
  ]);
});

test('a chart of a run without dev losses begins at its first step', () => {
  const [steps, losses] = chartData(series, [line('loss')], []);
  expect([...(steps ?? [])]).toEqual([1, 2, 3]);
  expect([...(losses ?? [])]).toEqual([9, 8, 7]);
});
