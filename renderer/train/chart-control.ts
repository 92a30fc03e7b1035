import type uPlot from 'uplot';

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

/** Puts the cursor on a point chosen elsewhere; `null` takes it away. */
export function pointAt(chart: uPlot, index: number | null): void {
  if (index === (chart.cursor.idx ?? null)) return;
  const step = index === null ? undefined : chart.data[0][index];
  if (step === undefined) chart.setCursor({ left: -10, top: -10 }, false);
  else chart.setCursor({ left: chart.valToPos(step, 'x'), top: 10 }, false);
}

/** Keeps a chart as wide as its element; a hidden tab has no width and changes nothing. */
export function followWidth(element: HTMLElement, chart: uPlot): () => void {
  const observer = new ResizeObserver(() => {
    const width = element.clientWidth;
    if (width > 0) chart.setSize({ width, height: chart.height });
  });
  observer.observe(element);
  return () => observer.disconnect();
}
