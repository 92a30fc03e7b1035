import { useSyncExternalStore } from 'react';
import uPlot from 'uplot';
import { formatCount } from '../../../shared/text/numbers.ts';
import { drawCheckpointTicks, gridLabel, gridSteps, type ChartMarks } from './chart-marks.ts';
import { cursorLabel } from './cursor-label.ts';
import type { MetricColumn } from './metric-series.ts';

/** One line of a chart. */
export interface ChartLine {
  column: MetricColumn | 'devLoss';
  label: string;
  color: ChartColor;
  widthPx: number;
  /** Drawn as a pale line behind the others. */
  isPale?: boolean;
  /** Measured at few steps only: a dashed line with a dot at each. */
  isSparse?: boolean;
}

/** What a chart needs beside its data. */
interface ChartSetup {
  element: HTMLElement;
  lines: readonly ChartLine[];
  heightPx: number;
  /** Charts of one key share the cursor and the zoom. */
  syncKey: string;
  formatValue: (value: number) => string;
  /** How a value is told beside the pointer. */
  formatPrecisely: (value: number) => string;
  /** Read at every drawing, so that a new checkpoint appears at once. */
  marks: () => ChartMarks;
  onCursor: (chart: uPlot) => void;
}

/** Pixels around a chart: at the right the last label, such as "epoch 15", has half of its width. */
export const chartPadding: uPlot.Padding = [8, 28, 0, 0];

/** Options of uPlot for one chart of a run: no legend, shared cursor, marks behind the lines. */
export function chartOptions(setup: ChartSetup): uPlot.Options {
  const { element, lines, heightPx, syncKey, formatValue, formatPrecisely, marks, onCursor } =
    setup;
  const gridColor = canvasColor(element, '--line');
  const textColor = canvasColor(element, '--text-dim');
  const tickColor = canvasColor(element, '--series-3');
  const axis = axisStyle(gridColor, textColor, getComputedStyle(element).fontFamily);
  return {
    width: element.clientWidth,
    height: heightPx,
    padding: chartPadding,
    legend: { show: false },
    scales: { x: { time: false }, y: { range: yRange } },
    cursor: { sync: { key: syncKey }, y: false, drag: { x: true, y: false }, points: { size: 6 } },
    axes: [
      {
        ...axis,
        incrs: wholeSteps,
        size: 40,
        splits: (chart, _axis, min, max, roundStep) => {
          const widthPx = chart.bbox.width / devicePixelRatio;
          return gridSteps(marks().stepsPerEpoch, { min, max, widthPx, roundStep });
        },
        values: (_chart, splits) => splits.map((step) => gridLabel(step, marks().stepsPerEpoch)),
      },
      { ...axis, size: 62, space: 26, values: (_chart, values) => values.map(formatValue) },
    ],
    series: [
      {},
      ...lines.map((line) => ({
        label: line.label,
        stroke: canvasColor(element, line.color),
        width: line.widthPx,
        points: { show: false },
        ...(line.isPale && { alpha: 0.4 }),
        ...(line.isSparse && sparseLine(canvasColor(element, line.color))),
      })),
    ],
    hooks: {
      draw: [(chart) => drawCheckpointTicks(chart, marks(), tickColor)],
      setCursor: [onCursor],
    },
    plugins: [cursorLabel((step) => `step ${formatCount(step)}`, formatPrecisely)],
  };
}

const sparseLine = (color: string): Partial<uPlot.Series> => ({
  dash: [4, 4],
  spanGaps: true,
  points: { show: true, size: 7, fill: color },
});

const wholeSteps = [1, 2, 5]
  .flatMap((factor) => [1, 10, 100, 1000, 10_000, 100_000].map((magnitude) => factor * magnitude))
  .toSorted((a, b) => a - b);

/** A little room above and below; a flat line stands in the middle. */
export function yRange(_chart: uPlot, min: number | null, max: number | null): uPlot.Range.MinMax {
  if (min == null || max == null) return [0, 1];
  const room = max > min ? 0.08 * (max - min) : 0.1 * Math.abs(max) || 1;
  const bottom = min - room;
  return [min >= 0 && bottom < 0 ? 0 : bottom, max + room];
}

/** How axes of all charts look. */
export function axisStyle(gridColor: string, textColor: string, fontFamily: string): uPlot.Axis {
  return {
    stroke: textColor,
    font: `11px ${fontFamily}`,
    grid: { stroke: gridColor, width: 1 },
    ticks: { show: false },
    gap: 6,
  };
}

/** Variables of tokens.css a chart may draw with. */
export type ChartColor = `--series-${1 | 2 | 3 | 4 | 5 | 6}` | '--line' | '--text-dim';

/** Resolves a colour variable to what a canvas understands, for the theme shown now. */
export function canvasColor(element: HTMLElement, name: ChartColor): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${name})`;
  element.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/** Changes when the theme does, so that charts are drawn anew in its colours. */
export function useThemeKey(): string {
  return useSyncExternalStore(watchTheme, themeKey);
}

const darkQuery = window.matchMedia('(prefers-color-scheme: dark)');

function themeKey(): string {
  const chosen = document.documentElement.dataset['theme'];
  return chosen ?? (darkQuery.matches ? 'dark' : 'light');
}

function watchTheme(listener: () => void): () => void {
  const observer = new MutationObserver(listener);
  observer.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  darkQuery.addEventListener('change', listener);
  return () => {
    observer.disconnect();
    darkQuery.removeEventListener('change', listener);
  };
}

/**
 * Draws a chart that stays as wide as its element and is what `holder` holds, until the result is
 * called. A hidden tab has no width and changes nothing.
 */
export function drawIn(
  element: HTMLElement,
  holder: { current: uPlot | null },
  options: uPlot.Options,
  data: uPlot.AlignedData,
): () => void {
  const chart = new uPlot(options, data, element);
  holder.current = chart;
  const observer = new ResizeObserver(() => {
    const width = element.clientWidth;
    if (width > 0) chart.setSize({ width, height: chart.height });
  });
  observer.observe(element);
  return () => {
    observer.disconnect();
    chart.destroy();
    holder.current = null;
  };
}
