import type { Estimate } from '../domain/evaluate/estimates.ts';
import type { PreferenceSummary } from '../domain/report/evaluation-report.ts';
import { html, type Markup } from './html-text.ts';
import { formatEstimate, formatPercent } from '../text/numbers.ts';

/** Drawing units; the picture scales to the page. */
const WIDTH = 640;
const EDGE = 8;
const SPAN = WIDTH - 2 * EDGE;
const BAR_HEIGHT = 34;
const WHISKER_Y = 56;
/** A segment narrower than this share has no room for its label. */
const LABEL_SHARE = 0.09;

/**
 * Win, tie and loss of A as one bar, and under it win + ½ tie with its interval against the
 * middle line: where the whisker crosses the middle, neither system is ahead.
 */
export function preferenceBar(statistics: PreferenceSummary): Markup {
  const { winRate, tieRate, loseRate, winPlusHalfTie } = statistics;
  const label = `Win ${formatPercent(winRate.value)}, tie ${formatPercent(tieRate.value)}, lose ${formatPercent(loseRate.value)}; win + ½ tie ${formatEstimate(winPlusHalfTie)}`;
  return html`<svg viewBox="0 0 ${WIDTH} 92" role="img" aria-label="${label}">
    ${segment('win', 0, winRate.value)}${segment('tie', winRate.value, tieRate.value)}${segment('lose', winRate.value + tieRate.value, loseRate.value)}
    ${axis()}${whisker(winPlusHalfTie)}
  </svg>`;
}

function at(share: number): string {
  return (EDGE + share * SPAN).toFixed(2);
}

function segment(outcome: 'win' | 'tie' | 'lose', start: number, share: number): Markup {
  if (share === 0) return html``;
  const rectangle = html`<rect
    class="${outcome}"
    x="${at(start)}"
    y="0"
    width="${(share * SPAN).toFixed(2)}"
    height="${BAR_HEIGHT}"
  />`;
  if (share < LABEL_SHARE) return rectangle;
  const words = `${outcome} ${formatPercent(share)}`;
  return html`${rectangle}<text
      class="on-${outcome}"
      x="${at(start + share / 2)}"
      y="22"
      text-anchor="middle"
      >${share < 2 * LABEL_SHARE ? formatPercent(share) : words}</text
    >`;
}

function axis(): Markup {
  const ticks = [0, 0.25, 0.5, 0.75, 1].map(
    (share) =>
      html`<text class="tick" x="${at(share)}" y="88" text-anchor="${anchor(share)}"
        >${share * 100}</text
      >`,
  );
  return html`<line class="axis" x1="${at(0)}" x2="${at(1)}" y1="72" y2="72" /><line
      class="axis middle"
      x1="${at(0.5)}"
      x2="${at(0.5)}"
      y1="38"
      y2="76"
    />${ticks}`;
}

function anchor(share: number): string {
  if (share === 0) return 'start';
  return share === 1 ? 'end' : 'middle';
}

function whisker({ value, lower, upper }: Estimate): Markup {
  const cap = (share: number) =>
    html`<line
      class="whisker"
      x1="${at(share)}"
      x2="${at(share)}"
      y1="${WHISKER_Y - 5}"
      y2="${WHISKER_Y + 5}"
    />`;
  return html`<line
      class="whisker"
      x1="${at(lower)}"
      x2="${at(upper)}"
      y1="${WHISKER_Y}"
      y2="${WHISKER_Y}"
    />${cap(lower)}${cap(upper)}<circle class="point" cx="${at(value)}" cy="${WHISKER_Y}" r="5" />`;
}
