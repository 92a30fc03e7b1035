import type uPlot from 'uplot';

/** Steps that are marked on a chart. */
export interface ChartMarks {
  /** Optimizer steps of one epoch; 0 while unknown. */
  stepsPerEpoch: number;
  /** Steps whose adapter was saved. */
  checkpointSteps: readonly number[];
}

const closestEpochsPx = 14;

/**
 * Every how many epochs a line is drawn, so that lines are at least `closestEpochsPx` apart:
 * 1, 2, 5, 10 and so on.
 */
export function epochStride(epochWidthPx: number): number {
  const needed = closestEpochsPx / epochWidthPx;
  for (let magnitude = 1; ; magnitude *= 10)
    for (const factor of [1, 2, 5]) if (factor * magnitude >= needed) return factor * magnitude;
}

/** Draws the ends of epochs as lines behind the series. */
export function drawEpochLines(chart: uPlot, marks: ChartMarks, color: string): void {
  const { stepsPerEpoch } = marks;
  const { min, max } = chart.scales['x'] ?? {};
  if (stepsPerEpoch <= 0 || min == null || max == null || max <= min) return;
  const { ctx, bbox } = chart;
  const epochWidthPx = (bbox.width / devicePixelRatio / (max - min)) * stepsPerEpoch;
  const stride = epochStride(epochWidthPx) * stepsPerEpoch;
  ctx.save();
  ctx.strokeStyle = color;
  ctx.lineWidth = devicePixelRatio;
  ctx.beginPath();
  for (let step = Math.ceil(min / stride) * stride; step <= max; step += stride) {
    const x = Math.round(chart.valToPos(step, 'x', true)) + 0.5;
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
  }
  ctx.stroke();
  ctx.restore();
}

/** Draws a small triangle on the lower edge for every saved adapter. */
export function drawCheckpointTicks(chart: uPlot, marks: ChartMarks, color: string): void {
  const { min, max } = chart.scales['x'] ?? {};
  if (min == null || max == null) return;
  const { ctx, bbox } = chart;
  const size = 4 * devicePixelRatio;
  const bottom = bbox.top + bbox.height;
  ctx.save();
  ctx.fillStyle = color;
  for (const step of marks.checkpointSteps) {
    if (step < min || step > max) continue;
    const x = chart.valToPos(step, 'x', true);
    ctx.beginPath();
    ctx.moveTo(x, bottom - 1.5 * size);
    ctx.lineTo(x + size, bottom);
    ctx.lineTo(x - size, bottom);
    ctx.fill();
  }
  ctx.restore();
}
