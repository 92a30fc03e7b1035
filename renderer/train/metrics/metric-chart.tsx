import { useEffect, useRef, type CSSProperties } from 'react';
import type uPlot from 'uplot';
import { formatCount } from '../../../shared/text/numbers.ts';
import type { DevLoss } from '../../../shared/domain/run.ts';
import { feedChart, pointAt, stepIndex, chartData, leadingPoints } from './chart-data.ts';
import type { ChartMarks } from './chart-marks.ts';
import { ChartTable } from '../../ui/chart-table.tsx';
import { useThemeKey, chartOptions, drawIn, type ChartLine } from './chart-options.ts';
import type { RunMetrics } from './use-run-metrics.ts';
import 'uplot/dist/uPlot.min.css';
import './metric-chart.css';

interface MetricChartProps {
  title: string;
  /** What the lines say in words, for those who do not see them. */
  summary: string;
  lines: readonly ChartLine[];
  metrics: RunMetrics;
  devLosses: readonly DevLoss[];
  marks: ChartMarks;
  heightPx: number;
  syncKey: string;
  formatValue: (value: number) => string;
  /** How a value is told beside the pointer. */
  formatPrecisely: (value: number) => string;
  /** The point under the cursor, chosen here or by another control. */
  index: number | null;
  onIndex: (index: number | null) => void;
}

/** Lines over the steps of a run; drag to zoom, double click for the full range. */
export function MetricChart(props: MetricChartProps) {
  const { title, lines, marks } = props;
  const themeKey = useThemeKey();
  return (
    <figure className="metric-chart">
      <figcaption>
        <h2>{title}</h2>
        {lines.length > 1 &&
          lines.map((line) => (
            <span key={line.column} className={keyClass(line)} style={keyColor(line.color)}>
              {line.label}
            </span>
          ))}
        {lines.length > 1 && marks.checkpointSteps.length > 0 && (
          <span className="metric-chart-key metric-chart-tick" style={keyColor('--series-3')}>
            checkpoint
          </span>
        )}
      </figcaption>
      <ChartCanvas key={themeKey} {...props} />
      <ChartValues {...props} />
    </figure>
  );
}

function ChartValues({ title, lines, metrics, devLosses, formatPrecisely }: MetricChartProps) {
  const [steps = [], ...columns] = dataOf({ metrics, lines, devLosses });
  const valueOf = (value: number | null | undefined) =>
    value == null || Number.isNaN(value) ? '' : formatPrecisely(value);
  return (
    <ChartTable
      title={title}
      columns={['Step', ...lines.map(({ label }) => label)]}
      count={steps.length}
      rowAt={(at) => [formatCount(steps[at] ?? 0), ...columns.map((column) => valueOf(column[at]))]}
    />
  );
}

function keyClass({ isPale, isSparse }: ChartLine): string {
  if (isSparse) return 'metric-chart-key metric-chart-sparse';
  return isPale ? 'metric-chart-key metric-chart-pale' : 'metric-chart-key';
}

const keyColor = (name: string): CSSProperties & Record<'--key-color', string> => ({
  '--key-color': `var(${name})`,
});

/** Holds one uPlot: made with the element, fed on every revision. */
function ChartCanvas(props: MetricChartProps) {
  const { summary, lines, metrics, devLosses, marks, index, heightPx, syncKey } = props;
  const leading = leadingPoints(devLosses);
  const holder = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  const latest = useRef(props);
  useEffect(() => {
    latest.current = props;
  });
  useEffect(() => {
    const element = holder.current;
    if (!element) return undefined;
    const options = chartOptions({
      element,
      lines: latest.current.lines,
      heightPx,
      syncKey,
      formatValue: latest.current.formatValue,
      formatPrecisely: latest.current.formatPrecisely,
      marks: () => latest.current.marks,
      onCursor: (pointed) => {
        const next = stepIndex(pointed, leadingPoints(latest.current.devLosses));
        if (next !== latest.current.index) latest.current.onIndex(next);
      },
    });
    return drawIn(element, chart, options, dataOf(latest.current));
  }, [heightPx, syncKey]);
  useEffect(() => {
    if (chart.current) feedChart(chart.current, dataOf({ metrics, lines, devLosses }));
  }, [metrics, lines, devLosses]);
  useEffect(() => {
    if (marks) chart.current?.redraw(false);
  }, [marks]);
  useEffect(() => {
    if (chart.current) pointAt(chart.current, index, leading);
  }, [index, leading]);
  return (
    <div
      ref={holder}
      className="metric-chart-canvas"
      role="img"
      aria-label={summary}
      title="Drag to zoom in, double click for the full range"
    />
  );
}

type Shown = Pick<MetricChartProps, 'metrics' | 'lines' | 'devLosses'>;

const dataOf = ({ metrics, lines, devLosses }: Shown) =>
  chartData(metrics.series, lines, devLosses);
