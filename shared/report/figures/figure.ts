import type { Figure, Mark } from '../../domain/figure.ts';
import { displayLine } from '../../text/foreign-text.ts';
import { css, html, type Markup } from '../html-text.ts';

/** A foreign text on one line of the drawing, shortened in its middle: beginnings are often alike. */
export function figureLabel(text: string, characters: number): string {
  const shown = Array.from(displayLine(text));
  if (shown.length <= characters) return shown.join('');
  const kept = characters - 1;
  const head = Math.ceil(kept / 2);
  return `${shown.slice(0, head).join('')}…${shown.slice(shown.length - (kept - head)).join('')}`;
}

const style = css`
  svg {
    color-scheme: light dark;
    background: light-dark(#ffffff, #15171a);
    font:
      13px system-ui,
      -apple-system,
      'Segoe UI',
      'Noto Sans',
      'DejaVu Sans',
      sans-serif;
  }
  .win {
    fill: light-dark(#2a6fbb, #6ba7e6);
  }
  .tie {
    fill: light-dark(#a9adb6, #5b616b);
  }
  .lose {
    fill: light-dark(#b85f20, #e39a5b);
  }
  .on-win,
  .on-lose {
    fill: light-dark(#ffffff, #10151b);
  }
  .on-tie {
    fill: light-dark(#1c2024, #f0f1f3);
  }
  .level-1 {
    fill: light-dark(#dbe8f6, #2b3f58);
  }
  .level-2 {
    fill: light-dark(#b5d0ee, #35527a);
  }
  .level-3 {
    fill: light-dark(#8fb8e3, #416796);
  }
  .level-4 {
    fill: light-dark(#3577bf, #6ba7e6);
  }
  .level-5 {
    fill: light-dark(#1f5a9c, #93c0f0);
  }
  .level-6 {
    fill: light-dark(#123f73, #bcdaf8);
  }
  .ink {
    fill: light-dark(#1c2024, #e6e7ea);
    stroke: light-dark(#1c2024, #e6e7ea);
  }
  .soft {
    fill: light-dark(#60646c, #9a9fa8);
  }
  .axis {
    stroke: light-dark(#c2c6ce, #434951);
  }
  text,
  text.ink {
    stroke: none;
  }
  line {
    stroke-width: 1.5;
  }
`;

/** The drawing as an SVG file of its own, light or dark by the reader's setting. */
export const figureToSvg = (figure: Figure): string => `${figureMarkup(figure).toString()}\n`;

/** The same as an element of a page. */
export function figureMarkup({ title, width, height, marks }: Figure): Markup {
  const drawn = marks.map(markup);
  return html`<svg
    xmlns="http://www.w3.org/2000/svg"
    viewBox="0 0 ${width} ${height}"
    width="${width}"
    height="${height}"
    role="img"
  >
    <title>${title}</title>
    <style>
      ${style}
    </style>
    ${drawn}
  </svg>`;
}

const number = (value: number) => Number(value.toFixed(2));

function markup(mark: Mark): Markup {
  if (mark.kind === 'rect')
    return html`<rect
      class="${mark.tone}"
      x="${number(mark.x)}"
      y="${number(mark.y)}"
      width="${number(mark.width)}"
      height="${number(mark.height)}"
    />`;
  if (mark.kind === 'line')
    return html`<line
      class="${mark.tone}"
      x1="${number(mark.x1)}"
      y1="${number(mark.y1)}"
      x2="${number(mark.x2)}"
      y2="${number(mark.y2)}"
    />`;
  const place = { x: number(mark.x), y: number(mark.y) };
  if (mark.kind === 'circle')
    return html`<circle class="${mark.tone}" cx="${place.x}" cy="${place.y}" r="${mark.radius}" />`;
  return html`<text class="${mark.tone}" x="${place.x}" y="${place.y}" text-anchor="${mark.anchor}"
    >${mark.whole === undefined ? '' : html`<title>${mark.whole}</title>`}${mark.text}</text
  >`;
}
