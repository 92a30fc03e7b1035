import { css } from './html-text.ts';

/** The style of the HTML report: dark and light by the reader's setting, quiet on paper. */
export const reportStyle = css`
  :root {
    color-scheme: light dark;
    --paper: #ffffff;
    --ink: #1c2024;
    --soft: #60646c;
    --line: #e3e4e8;
    --panel: #f7f7f9;
    --win: #2a6fbb;
    --tie: #a9adb6;
    --lose: #b85f20;
    --on-win: #ffffff;
    --on-tie: #1c2024;
    --on-lose: #ffffff;
    --note: #8a5a00;
    --note-panel: #fff8e8;
  }
  @media (prefers-color-scheme: dark) {
    :root {
      --paper: #15171a;
      --ink: #e6e7ea;
      --soft: #9a9fa8;
      --line: #2c3036;
      --panel: #1c1f23;
      --win: #6ba7e6;
      --tie: #5b616b;
      --lose: #e39a5b;
      --on-win: #0b1620;
      --on-tie: #f0f1f3;
      --on-lose: #1f1207;
      --note: #e8b85c;
      --note-panel: #251f12;
    }
  }
  * {
    box-sizing: border-box;
  }
  body {
    margin: 0;
    background: var(--paper);
    color: var(--ink);
    font:
      15px/1.55 system-ui,
      -apple-system,
      'Segoe UI',
      Roboto,
      'Noto Sans',
      sans-serif;
  }
  main {
    max-width: 62rem;
    margin: 0 auto;
    padding: 3rem 1.5rem 5rem;
  }
  h1 {
    font-size: 1.75rem;
    line-height: 1.25;
    margin: 0 0 0.75rem;
    font-weight: 650;
  }
  h2 {
    font-size: 1.05rem;
    margin: 2.75rem 0 0.75rem;
    font-weight: 650;
  }
  h3 {
    font-size: 0.8rem;
    margin: 1rem 0 0.35rem;
    color: var(--soft);
    font-weight: 600;
  }
  h1,
  h2,
  h3,
  p,
  li,
  td,
  th,
  summary {
    overflow-wrap: anywhere;
  }
  .kicker {
    margin: 0 0 0.5rem;
    color: var(--soft);
    font-size: 0.8rem;
    letter-spacing: 0.06em;
    text-transform: uppercase;
  }
  .lead {
    font-size: 1.08rem;
    max-width: 46rem;
    margin: 0 0 1.5rem;
  }
  .soft {
    color: var(--soft);
    font-size: 0.85rem;
  }
  .scroll {
    overflow-x: auto;
  }
  table {
    width: 100%;
    border-collapse: collapse;
    font-size: 0.88rem;
    font-variant-numeric: tabular-nums;
  }
  th,
  td {
    text-align: left;
    vertical-align: top;
    padding: 0.45rem 0.9rem 0.45rem 0;
    border-bottom: 1px solid var(--line);
  }
  thead th {
    color: var(--soft);
    font-weight: 600;
    border-bottom-color: var(--soft);
  }
  tbody th {
    font-weight: 500;
    white-space: nowrap;
  }
  .systems td {
    font-family: ui-monospace, 'SF Mono', Menlo, Consolas, monospace;
    font-size: 0.78rem;
  }
  figure {
    margin: 1.5rem 0 1.5rem;
  }
  figcaption {
    color: var(--soft);
    font-size: 0.85rem;
    margin-top: 0.5rem;
  }
  svg {
    display: block;
    width: 100%;
    height: auto;
  }
  svg text {
    font:
      600 13px system-ui,
      sans-serif;
  }
  .win {
    fill: var(--win);
  }
  .tie {
    fill: var(--tie);
  }
  .lose {
    fill: var(--lose);
  }
  svg .on-win {
    fill: var(--on-win);
  }
  svg .on-tie {
    fill: var(--on-tie);
  }
  svg .on-lose {
    fill: var(--on-lose);
  }
  svg .axis {
    stroke: var(--line);
    stroke-width: 1;
  }
  svg .middle {
    stroke: var(--soft);
    stroke-dasharray: 3 3;
  }
  svg .whisker {
    stroke: var(--ink);
    stroke-width: 2;
  }
  svg .point {
    fill: var(--ink);
  }
  svg .tick {
    fill: var(--soft);
    font-weight: 400;
    font-size: 11px;
  }
  .warnings {
    background: var(--note-panel);
    border-left: 3px solid var(--note);
    border-radius: 4px;
    padding: 0.8rem 1rem 0.8rem 2rem;
    margin: 0;
  }
  .methods {
    max-width: 46rem;
    overflow-wrap: anywhere;
  }
  .protocol {
    border-left: 3px solid var(--line);
    margin: 0;
    padding: 0.2rem 0 0.2rem 1rem;
    color: var(--soft);
    max-width: 46rem;
  }
  details {
    border: 1px solid var(--line);
    border-radius: 6px;
    margin: 0.5rem 0;
  }
  summary {
    cursor: pointer;
    padding: 0.55rem 0.8rem;
    display: flex;
    gap: 0.8rem;
    align-items: baseline;
  }
  summary:focus-visible {
    outline: 2px solid var(--win);
    outline-offset: 2px;
    border-radius: 6px;
  }
  summary .number {
    color: var(--soft);
    min-width: 2.2rem;
    font-variant-numeric: tabular-nums;
  }
  summary .preview {
    flex: 1;
  }
  .chip {
    font-size: 0.75rem;
    padding: 0.05rem 0.55rem;
    border-radius: 999px;
    border: 1px solid var(--line);
    white-space: nowrap;
  }
  .chip-a {
    border-color: var(--win);
    color: var(--win);
  }
  .chip-b {
    border-color: var(--lose);
    color: var(--lose);
  }
  .inside {
    padding: 0 0.8rem 0.9rem;
  }
  .answers {
    display: grid;
    grid-template-columns: 1fr 1fr;
    gap: 1rem;
  }
  .text {
    white-space: pre-wrap;
    overflow-wrap: anywhere;
    unicode-bidi: plaintext;
    background: var(--panel);
    border-radius: 4px;
    padding: 0.7rem 0.85rem;
    font-size: 0.88rem;
  }
  @media (max-width: 44rem) {
    .answers {
      grid-template-columns: minmax(0, 1fr);
    }
    main {
      padding: 1.5rem 1rem 3rem;
    }
  }
  @media print {
    main {
      max-width: none;
      padding: 0;
    }
    body {
      font-size: 10.5pt;
    }
    details::details-content {
      content-visibility: visible;
      height: auto;
    }
    svg,
    .chip {
      print-color-adjust: exact;
    }
  }
`;
