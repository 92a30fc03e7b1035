import type uPlot from 'uplot';

const gapPx = 12;

/** Tells the values under the cursor beside the pointer, on the side where there is room. */
export function cursorLabel(
  formatX: (value: number) => string,
  formatY: (value: number) => string,
): uPlot.Plugin {
  const box = document.createElement('div');
  box.className = 'cursor-label';
  box.hidden = true;
  return {
    hooks: {
      init: (chart) => {
        chart.over.append(box);
        chart.over.addEventListener('mouseleave', () => (box.hidden = true));
      },
      setCursor: (chart) => {
        const { idx, left = -1, top = -1 } = chart.cursor;
        // The other charts under the same cursor show no label of their own.
        box.hidden = idx == null || left < 0 || !chart.over.matches(':hover');
        if (box.hidden || idx == null) return;
        box.replaceChildren(...linesOf(chart, idx, formatX, formatY));
        const { clientWidth, clientHeight } = chart.over;
        const x =
          left + gapPx + box.offsetWidth > clientWidth
            ? left - gapPx - box.offsetWidth
            : left + gapPx;
        const y = Math.max(0, Math.min(top + gapPx, clientHeight - box.offsetHeight));
        box.style.transform = `translate(${Math.max(0, x)}px, ${y}px)`;
      },
    },
  };
}

function linesOf(
  chart: uPlot,
  index: number,
  formatX: (value: number) => string,
  formatY: (value: number) => string,
): HTMLElement[] {
  const x = chart.data[0][index];
  const values = chart.series.slice(1).flatMap(({ label, stroke }, line) => {
    const value = chart.data[line + 1]?.[index];
    if (value == null || !Number.isFinite(value)) return [];
    const color = typeof stroke === 'function' ? stroke(chart, line + 1) : stroke;
    return [lineOf(`${typeof label === 'string' ? label : ''} ${formatY(value)}`, color)];
  });
  return [lineOf(x === undefined ? '' : formatX(x), null), ...values];
}

function lineOf(text: string, color: unknown): HTMLElement {
  const line = document.createElement('div');
  line.textContent = text;
  if (typeof color === 'string') line.style.color = color;
  return line;
}
