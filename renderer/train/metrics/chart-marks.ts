import type uPlot from 'uplot';

/** Steps that are marked on a chart. */
export interface ChartMarks {
  /** Optimizer steps of one epoch; 0 while unknown. */
  stepsPerEpoch: number;
  /** Steps whose adapter was saved. */
  checkpointSteps: readonly number[];
}

/** Room of a label with step and epoch. */
const closestLabelsPx = 56;

/**
 * Every how many epochs a line is drawn, so that lines are at least `closestLabelsPx` apart:
 * 1, 2, 5, 10 and so on.
 */
export function epochStride(epochWidthPx: number): number {
  const needed = closestLabelsPx / epochWidthPx;
  for (let magnitude = 1; ; magnitude *= 10)
    for (const factor of [1, 2, 5]) if (factor * magnitude >= needed) return factor * magnitude;
}

/** A stretch of steps as it is shown. */
interface ShownSteps {
  min: number;
  max: number;
  widthPx: number;
  /** Distance of round numbers that has room for a label. */
  roundStep: number;
}

/**
 * The steps where lines and labels stand: the ends of epochs, or round numbers where fewer than two
 * epochs end in sight.
 */
export function gridSteps(stepsPerEpoch: number, shown: ShownSteps): number[] {
  const { min, max, widthPx, roundStep } = shown;
  if (max <= min) return [];
  const ends =
    stepsPerEpoch > 0
      ? multiples(epochStride((widthPx / (max - min)) * stepsPerEpoch) * stepsPerEpoch, min, max)
      : [];
  return ends.length >= 2 ? ends : multiples(roundStep, min, max);
}

function multiples(size: number, min: number, max: number): number[] {
  const first = Math.ceil(min / size);
  const count = Math.max(0, Math.floor(max / size) - first + 1);
  return Array.from({ length: count }, (_, index) => (first + index) * size);
}

/** What a line is called: its step, and its epoch where one ends there. */
export function gridLabel(step: number, stepsPerEpoch: number): string {
  const epoch = stepsPerEpoch > 0 ? step / stepsPerEpoch : 0;
  return epoch >= 1 && Number.isInteger(epoch) ? `${step}\nepoch ${epoch}` : String(step);
}

/** Draws a small triangle on the lower edge for every saved adapter; one where many would overlap. */
export function drawCheckpointTicks(chart: uPlot, marks: ChartMarks, color: string): void {
  const { min, max } = chart.scales['x'] ?? {};
  if (min == null || max == null) return;
  const { ctx, bbox } = chart;
  const size = 4 * devicePixelRatio;
  const bottom = bbox.top + bbox.height;
  const shown = marks.checkpointSteps.filter((step) => step >= min && step <= max);
  const places = shown.map((step) => chart.valToPos(step, 'x', true));
  ctx.save();
  ctx.fillStyle = color;
  ctx.beginPath();
  for (const x of apart(places, size)) {
    ctx.moveTo(x, bottom - 1.5 * size);
    ctx.lineTo(x + size, bottom);
    ctx.lineTo(x - size, bottom);
  }
  ctx.fill();
  ctx.restore();
}

/** The places of an ascending list that are so far from the one before. */
export function apart(places: readonly number[], distance: number): number[] {
  let last = Number.NEGATIVE_INFINITY;
  return places.filter((place) => {
    if (place - last < distance) return false;
    last = place;
    return true;
  });
}
