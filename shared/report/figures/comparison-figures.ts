import type {
  ComparisonStatistics,
  SystemRating,
} from '../../domain/evaluate/verdict-statistics.ts';
import { displayLine } from '../../text/foreign-text.ts';
import { formatCount, formatPercent } from '../../text/numbers.ts';
import type { Figure, Mark } from '../../domain/figure.ts';
import { figureLabel } from './figure.ts';

const width = 800;
const labelWidth = 240;
const noteWidth = 190;
const rowHeight = 34;
const barHeight = 22;
const top = 26;
const bottom = 30;
/** A segment that is narrower than this has no room for its share. */
const leastLabelled = 44;
const labelCharacters = 33;
const noteCharacters = 30;

const span = width - labelWidth - noteWidth;
const rowY = (row: number) => top + row * rowHeight;

/** Wins, ties and losses of each comparison as one bar, as in LIMA's figures 1 and 2. */
export function preferenceBars(comparisons: readonly ComparisonStatistics[]): Figure {
  const marks = comparisons.flatMap((one, row): Mark[] => {
    const { wins, ties, losses, n } = one;
    let x = labelWidth;
    const segments = (
      [
        ['win', wins],
        ['tie', ties],
        ['lose', losses],
      ] as const
    ).flatMap(([tone, count]): Mark[] => {
      if (count === 0) return [];
      const size = (count / n) * span;
      const y = rowY(row) + (rowHeight - barHeight) / 2;
      const rect: Mark = { kind: 'rect', x, y, width: size, height: barHeight, tone };
      const middle = x + size / 2;
      x += size;
      if (size < leastLabelled) return [rect];
      const text = formatPercent(count / n);
      return [
        rect,
        { kind: 'text', x: middle, y: y + 15, text, anchor: 'middle', tone: `on-${tone}` },
      ];
    });
    return [
      ...label(row, one.a, `against ${one.b}`),
      ...segments,
      note(row, `n = ${formatCount(n)}`),
    ];
  });
  return {
    title: `Win, tie and lose of ${comparisons.length === 1 ? 'the comparison' : 'each comparison'}, from the first system’s point of view`,
    width,
    height: rowY(comparisons.length) + 14,
    marks: [...legend(), ...marks],
  };
}

function legend(): Mark[] {
  const words = [
    ['win', 'first preferred'],
    ['tie', 'neither'],
    ['lose', 'second preferred'],
  ] as const;
  return words.flatMap(([tone, text], at): Mark[] => [
    { kind: 'rect', x: labelWidth + at * 120, y: 6, width: 10, height: 10, tone },
    { kind: 'text', x: labelWidth + at * 120 + 15, y: 15.5, text, anchor: 'start', tone: 'soft' },
  ]);
}

/** The mean preference of each comparison with its interval against parity. */
export function winRateForest(comparisons: readonly ComparisonStatistics[]): Figure {
  const rows = comparisons.map(({ a, b, winRate, interval: [lower, upper] }): ForestRow => ({
    name: [a, `against ${b}`],
    value: winRate,
    lower,
    upper,
    note: `${formatPercent(winRate)} [${(100 * lower).toFixed(1)}, ${(100 * upper).toFixed(1)}]`,
  }));
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((at) => ({ at, text: `${100 * at} %` }));
  return forest('Win rate (win + ½ tie) with 95 % intervals; parity is 50 %', rows, {
    range: [0, 1],
    ticks,
    parity: 0.5,
  });
}

/** Bradley–Terry ratings with their intervals, from the best. */
export function ratingForest(ratings: readonly SystemRating[]): Figure {
  const all = ratings.flatMap(({ interval, rating }) => [...interval, rating]);
  const step = niceStep(Math.max(...all) - Math.min(...all));
  const low = Math.floor(Math.min(...all) / step) * step;
  const high = Math.max(low + step, Math.ceil(Math.max(...all) / step) * step);
  const count = Math.round((high - low) / step);
  const ticks = Array.from({ length: count + 1 }, (_, at) => ({
    at: low + at * step,
    text: formatCount(low + at * step),
  }));
  const rows = ratings.map(
    ({ system, rating, interval: [lower, upper], rankInterval }): ForestRow => ({
      name: [system],
      value: rating,
      lower,
      upper,
      note: `${formatCount(Math.round(rating))} [${formatCount(Math.round(lower))}, ${formatCount(Math.round(upper))}] · #${rankText(rankInterval)}`,
    }),
  );
  return forest('Bradley–Terry ratings with 95 % intervals', rows, {
    range: [low, high],
    ticks,
    parity: null,
  });
}

/** 1, 2 or 5 times a power of ten, so that four to nine of them cover the range. */
function niceStep(range: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(range, 10) / 4));
  const factor = [1, 2, 5, 10].find((one) => range / (one * power) <= 8) ?? 10;
  return factor * power;
}

const rankText = ([best, worst]: readonly [number, number]) =>
  best === worst ? String(best) : `${best}–${worst}`;

interface ForestRow {
  name: [string] | [string, string];
  value: number;
  lower: number;
  upper: number;
  note: string;
}

interface Scale {
  range: readonly [number, number];
  ticks: readonly { at: number; text: string }[];
  parity: number | null;
}

function forest(title: string, rows: readonly ForestRow[], scale: Scale): Figure {
  const [low, high] = scale.range;
  const x = (value: number) => labelWidth + ((value - low) / (high - low)) * span;
  const end = rowY(rows.length);
  const ticks = scale.ticks.flatMap(({ at, text }): Mark[] => [
    { kind: 'line', x1: x(at), x2: x(at), y1: end, y2: end + 5, tone: 'axis' },
    { kind: 'text', x: x(at), y: end + 20, text, anchor: 'middle', tone: 'soft' },
  ]);
  const parity: Mark[] =
    scale.parity === null
      ? []
      : [
          {
            kind: 'line',
            x1: x(scale.parity),
            x2: x(scale.parity),
            y1: top - 8,
            y2: end,
            tone: 'axis',
          },
        ];
  const marks = rows.flatMap((row, at): Mark[] => {
    const y = rowY(at) + rowHeight / 2;
    const cap = (value: number): Mark => ({
      kind: 'line',
      x1: x(value),
      x2: x(value),
      y1: y - 5,
      y2: y + 5,
      tone: 'ink',
    });
    return [
      ...label(at, ...row.name),
      { kind: 'line', x1: x(row.lower), x2: x(row.upper), y1: y, y2: y, tone: 'ink' },
      cap(row.lower),
      cap(row.upper),
      { kind: 'circle', x: x(row.value), y, radius: 4.5, tone: 'ink' },
      note(at, row.note),
    ];
  });
  const axis: Mark = { kind: 'line', x1: x(low), x2: x(high), y1: end, y2: end, tone: 'axis' };
  return { title, width, height: end + bottom, marks: [...parity, axis, ...ticks, ...marks] };
}

/** A name on one line, or its parts on two where one has no room for all of it. */
function label(row: number, ...parts: [string] | [string, string]): Mark[] {
  const whole = parts.join(' ');
  const isShort = Array.from(displayLine(whole)).length <= labelCharacters;
  const lines = isShort ? [whole] : parts;
  return lines.map((line, at): Mark => {
    const text = figureLabel(line, labelCharacters);
    return {
      kind: 'text',
      x: labelWidth - 10,
      y: rowY(row) + (lines.length === 1 ? 21 : 13 + at * 16),
      text,
      ...(text !== displayLine(line) && { whole: displayLine(whole) }),
      anchor: 'end',
      tone: 'ink',
    };
  });
}

function note(row: number, text: string): Mark {
  const shown = figureLabel(text, noteCharacters);
  return {
    kind: 'text',
    x: width - noteWidth + 10,
    y: rowY(row) + 21,
    text: shown,
    anchor: 'start',
    tone: 'soft',
  };
}
