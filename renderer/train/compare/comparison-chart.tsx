import { useEffect, useRef } from 'react';
import type uPlot from 'uplot';
import type { ComparedRun } from '../../../shared/domain/runs/run-comparison.ts';
import { formatCount } from '../../../shared/text/numbers.ts';
import { formatLoss } from '../../../shared/text/training.ts';
import {
  axisStyle,
  canvasColor,
  chartPadding,
  drawIn,
  useThemeKey,
  yRange,
} from '../metrics/chart-options.ts';
import { ChartTable } from '../../ui/chart-table.tsx';
import { cursorLabel } from '../metrics/cursor-label.ts';
import { axisText, comparisonData, runColor, type CurveAxis } from './comparison-curves.ts';
import 'uplot/dist/uPlot.min.css';
import '../metrics/metric-chart.css';

interface ComparisonChartProps {
  title: string;
  kind: 'curve' | 'devCurve';
  runs: readonly ComparedRun[];
  axis: CurveAxis;
}

/** The curves of several runs in one chart, each in the colour it has in the list. */
export function ComparisonChart(props: ComparisonChartProps) {
  const themeKey = useThemeKey();
  const { title, kind, runs, axis } = props;
  return (
    <figure className="metric-chart">
      <figcaption>
        <h2>{title}</h2>
      </figcaption>
      <Canvas
        key={`${themeKey} ${kind} ${axis} ${runs.map(({ id }) => id).join(' ')}`}
        {...props}
      />
      <ComparisonValues {...props} />
    </figure>
  );
}

function ComparisonValues({ title, kind, runs, axis }: ComparisonChartProps) {
  const [places = [], ...columns] = comparisonData(runs, kind, axis);
  return (
    <ChartTable
      title={title}
      columns={['At', ...runs.map(({ name }) => name)]}
      count={places.length}
      rowAt={(at) => [
        axisText[axis](places[at] ?? 0),
        ...columns.map((column) => (column[at] == null ? '' : formatLoss(column[at]))),
      ]}
    />
  );
}

const heightPx = 240;

function Canvas({ title, kind, runs, axis }: ComparisonChartProps) {
  const holder = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  const latest = useRef(runs);
  useEffect(() => {
    latest.current = runs;
    chart.current?.setData(comparisonData(runs, kind, axis));
  }, [runs, kind, axis]);
  useEffect(() => {
    const element = holder.current;
    if (!element) return undefined;
    const data = comparisonData(latest.current, kind, axis);
    return drawIn(element, chart, optionsOf(element, latest.current, kind, axis), data);
  }, [kind, axis]);
  const said = runs.map((run) => `${run.name} ${courseOf(run[kind])}`).join(', ');
  return (
    <div
      ref={holder}
      className="metric-chart-canvas"
      role="img"
      aria-label={`${title}: ${said}`}
      title="Drag to zoom in, double click for the full range"
    />
  );
}

function courseOf(points: ComparedRun['curve']): string {
  const [first] = points;
  if (!first) return 'has none';
  return `from ${formatLoss(first.loss)} to ${formatLoss(points.at(-1)?.loss)}`;
}

const minuteMs = 60_000;
const roundTimes = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30]
  .map((seconds) => seconds * 1000)
  .concat([1, 2, 5, 10, 20, 30, 60, 120, 240, 480, 720, 1440].map((count) => count * minuteMs));

function optionsOf(
  element: HTMLElement,
  runs: readonly ComparedRun[],
  kind: ComparisonChartProps['kind'],
  axis: CurveAxis,
): uPlot.Options {
  const textColor = canvasColor(element, '--text-dim');
  const { fontFamily } = getComputedStyle(element);
  const style = axisStyle(canvasColor(element, '--line'), textColor, fontFamily);
  const isTime = axis === 'time';
  return {
    width: element.clientWidth,
    height: heightPx,
    padding: chartPadding,
    legend: { show: false },
    scales: { x: { time: false }, y: { range: yRange } },
    cursor: { sync: { key: 'comparison' }, y: false, drag: { x: true, y: false } },
    axes: [
      {
        ...style,
        size: 26,
        space: 80,
        ...(isTime && { incrs: roundTimes }),
        values: (_chart, values) => values.map(isTime ? axisText.time : formatCount),
      },
      {
        ...style,
        size: 62,
        values: (_chart, values) => values.map((value) => String(Number(value.toPrecision(4)))),
      },
    ],
    series: [
      {},
      ...runs.map(({ name }, index) => ({
        label: name,
        stroke: canvasColor(element, runColor(index)),
        width: 2,
        spanGaps: true,
        points: kind === 'devCurve' ? { show: true, size: 7 } : { show: false },
        ...(kind === 'devCurve' && { dash: [4, 4] }),
      })),
    ],
    plugins: [cursorLabel(axisText[axis], formatLoss)],
  };
}
