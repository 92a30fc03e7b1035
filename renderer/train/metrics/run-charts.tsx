import { useMemo, useState } from 'react';
import type { Run, DevLoss } from '../../../shared/domain/run.ts';
import { formatCount, formatQuantity } from '../../../shared/text/numbers.ts';
import {
  describeDevLosses,
  formatLoss,
  formatRate,
  heldOutText,
} from '../../../shared/text/training.ts';
import { LoadingState } from '../../ui/feedback/states.tsx';
import { Slider } from '../../ui/inputs/inputs.tsx';
import { devLossHelp, devLossAt } from '../run-text.ts';
import { stepsPerEpochOf } from '../training-plan.ts';
import type { ChartMarks } from './chart-marks.ts';
import type { ChartLine } from './chart-options.ts';
import { MetricChart } from './metric-chart.tsx';
import type { MetricSeries } from './metric-series.ts';
import type { RunMetrics } from './use-run-metrics.ts';
import './run-charts.css';

const lossLines: readonly ChartLine[] = [
  { column: 'loss', label: 'each step', color: '--series-1', widthPx: 1, isPale: true },
  { column: 'smoothedLoss', label: 'smoothed', color: '--series-1', widthPx: 2 },
];
const devLine: ChartLine = {
  column: 'devLoss',
  label: 'dev loss (held-out samples)',
  color: '--series-2',
  widthPx: 2,
  isSparse: true,
};
const lossAndDevLines: readonly ChartLine[] = [...lossLines, devLine];
const rateLines: readonly ChartLine[] = [
  { column: 'learningRate', label: 'learning rate', color: '--series-2', widthPx: 2 },
];
const normLines: readonly ChartLine[] = [
  { column: 'gradNorm', label: 'gradient norm', color: '--series-4', widthPx: 1 },
];

interface RunChartsProps {
  run: Run;
  metrics: RunMetrics;
  /** No more points will come. */
  isFinished: boolean;
}

/** Loss, learning rate and gradient norm over the steps, under one cursor. */
export function RunCharts({ run, metrics, isFinished }: RunChartsProps) {
  const [index, setIndex] = useState<number | null>(null);
  const marks = useMemo<ChartMarks>(
    () => ({
      stepsPerEpoch: stepsPerEpochOf(run),
      checkpointSteps: run.checkpoints.map(({ step }) => step),
    }),
    [run],
  );
  if (!metrics.isLoaded) return <LoadingState label="Loading the metrics…" />;
  const { series } = metrics;
  const { devLosses } = run;
  const hasDevLoss = devLosses.length > 0;
  const devSummary = describeDevLosses(devLosses);
  if (series.length === 0)
    return (
      <p className="dim">
        {isFinished ? 'The run ended before its first step.' : 'Curves appear with the first step.'}
      </p>
    );
  const shared = { metrics, devLosses, marks, index, onIndex: setIndex, syncKey: `run-${run.id}` };
  return (
    <section className="column" aria-label="Curves">
      <CursorReadout series={series} devLosses={devLosses} index={index} onIndex={setIndex} />
      <div className="run-charts">
        <MetricChart
          {...shared}
          title="Loss (nats per trained token)"
          summary={`${summaryOf(series, 'smoothedLoss', formatLoss)}. ${devSummary}`}
          lines={hasDevLoss ? lossAndDevLines : lossLines}
          heightPx={230}
          formatValue={(value) => String(Number(value.toPrecision(4)))}
          formatPrecisely={formatLoss}
        />
        <MetricChart
          {...shared}
          title="Learning rate"
          summary={summaryOf(series, 'learningRate', formatRate)}
          lines={rateLines}
          heightPx={150}
          formatValue={(value) => formatRate(value, 5)}
          formatPrecisely={formatRate}
        />
        <MetricChart
          {...shared}
          title="Gradient norm (before clipping)"
          summary={summaryOf(series, 'gradNorm', (value) => value.toFixed(3))}
          lines={normLines}
          heightPx={150}
          formatValue={(value) => String(Number(value.toPrecision(3)))}
          formatPrecisely={(value) => value.toFixed(3)}
        />
      </div>
      {hasDevLoss && (
        <p className="dim small" role="note">
          Dev loss: the mean over {heldOutText(run)}, without dropout, before training and after
          each epoch. {devLossHelp}
        </p>
      )}
    </section>
  );
}

function summaryOf(
  series: MetricSeries,
  column: 'smoothedLoss' | 'learningRate' | 'gradNorm',
  format: (value: number) => string,
): string {
  const words = {
    smoothedLoss: 'Smoothed loss',
    learningRate: 'Learning rate',
    gradNorm: 'Gradient norm',
  };
  const last = series.length - 1;
  return `${words[column]} from ${format(series.at(column, 0))} to ${format(series.at(column, last))} over ${formatQuantity(series.length, 'step')}`;
}

interface CursorReadoutProps {
  series: MetricSeries;
  devLosses: readonly DevLoss[];
  /** The point under the cursor; `null` shows the newest. */
  index: number | null;
  onIndex: (index: number | null) => void;
}

/** The values at the cursor, and a slider that moves it by keyboard. */
function CursorReadout({ series, devLosses, index, onIndex }: CursorReadoutProps) {
  const last = series.length - 1;
  const shown = Math.min(index ?? last, last);
  const dev = devLossAt(devLosses, series.at('step', shown));
  const facts = [
    ['Epoch', series.at('epoch', shown).toFixed(2)],
    ['Loss', formatLoss(series.at('loss', shown))],
    ['Smoothed', formatLoss(series.at('smoothedLoss', shown))],
    ...(dev ? ([['Dev loss', `${formatLoss(dev.loss)} (epoch ${dev.epoch})`]] as const) : []),
    ['Learning rate', formatRate(series.at('learningRate', shown))],
    ['Gradient norm', series.at('gradNorm', shown).toFixed(3)],
    ['Tokens/s', formatCount(Math.round(series.at('tokensPerSecond', shown)))],
  ] as const;
  return (
    <div className="run-charts-readout">
      <dl aria-label="Values at the cursor">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <Slider
        label="Step"
        hideLabel
        min={0}
        max={last}
        step={1}
        value={shown}
        format={(value) => `step ${formatCount(series.at('step', value))}`}
        onValue={onIndex}
      />
    </div>
  );
}
