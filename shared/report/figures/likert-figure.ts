import type { Figure, Mark } from '../../domain/figure.ts';
import type { JudgedQuality } from '../../domain/judge/judging-results.ts';
import type { ReportJudge } from '../../domain/report/report-judge.ts';
import { judgedSystem } from '../../text/evaluate/judging.ts';
import { formatCount, formatPercent } from '../../text/numbers.ts';
import { figureLabel } from './figure.ts';

const [width, labelWidth, noteWidth, rowHeight, barHeight, top] = [800, 270, 150, 52, 22, 30];
const span = width - labelWidth - noteWidth;
/** A segment that is narrower than this has no room for its share. */
const leastLabelled = 40;
const levels = [1, 2, 3, 4, 5, 6] as const;
type Level = (typeof levels)[number];
const tones = levels.map((level) => `level-${level}` as const);
/** The light half of the levels has dark words, and the dark half light ones. */
const wordTone = (level: Level) => (level <= 3 ? 'ink' : 'on-win');

/** One system's levels by one judge. */
interface LikertRow {
  author: string;
  quality: JudgedQuality & { levelShares: number[]; mean: NonNullable<JudgedQuality['mean']> };
}

const rowsOf = (judges: readonly ReportJudge[]): LikertRow[] =>
  judges.flatMap(({ author, quality }) =>
    quality.flatMap(({ levelShares, mean, ...one }) =>
      levelShares && mean ? [{ author, quality: { ...one, levelShares, mean } }] : [],
    ),
  );

/**
 * The mean probability of each level from 1 to 6, as a bar of each system, and under it the level that
 * is expected of it with its interval, on a scale from 1 to 6; null where no judge graded so.
 */
export function likertBars(judges: readonly ReportJudge[]): Figure | null {
  const rows = rowsOf(judges);
  if (rows.length === 0) return null;
  const bottom = top + rows.length * rowHeight;
  return {
    title:
      'Levels 1 to 6 of each system by judge: the mean probability of each, and the expected level',
    width,
    height: bottom + 26,
    marks: [...legend(), ...rows.flatMap(rowMarks), ...scale(bottom)],
  };
}

const legend = (): Mark[] =>
  levels.flatMap((level, at): Mark[] => {
    const x = labelWidth + at * 52;
    const tone = tones[at] ?? 'tie';
    return [
      { kind: 'rect', x, y: 6, width: 10, height: 10, tone },
      { kind: 'text', x: x + 15, y: 15.5, text: String(level), anchor: 'start', tone: 'soft' },
    ];
  });

const xOf = (level: number) => labelWidth + ((level - 1) / 5) * span;

function rowMarks({ author, quality }: LikertRow, at: number): Mark[] {
  const y = top + at * rowHeight;
  const label = figureLabel(judgedSystem(quality), 36);
  return [
    text({ x: labelWidth - 10, y: y + 15, text: label, anchor: 'end', tone: 'ink' }),
    text({
      x: labelWidth - 10,
      y: y + 33,
      text: figureLabel(author, 40),
      anchor: 'end',
      tone: 'soft',
    }),
    ...segments(quality, y),
    ...meanMarks(quality, y + barHeight + 10),
  ];
}

const text = (mark: Omit<Extract<Mark, { kind: 'text' }>, 'kind'>): Mark => ({
  kind: 'text',
  ...mark,
});

function segments({ levelShares }: LikertRow['quality'], y: number): Mark[] {
  let x = labelWidth;
  return levels.flatMap((level, at): Mark[] => {
    const share = levelShares[at] ?? 0;
    if (share === 0) return [];
    const size = share * span;
    const tone = tones[at] ?? 'tie';
    const rect: Mark = { kind: 'rect', x, y, width: size, height: barHeight, tone };
    const middle = x + size / 2;
    x += size;
    if (size < leastLabelled) return [rect];
    const words = { text: formatPercent(share), anchor: 'middle', tone: wordTone(level) } as const;
    return [rect, text({ x: middle, y: y + 15, ...words })];
  });
}

/** A point with its interval; of a single prompt there is none. */
function meanMarks({ mean, n }: LikertRow['quality'], y: number): Mark[] {
  const { value, interval } = mean;
  const within = (level: number) => xOf(Math.min(6, Math.max(1, level)));
  const line: Mark[] =
    interval === null
      ? []
      : [
          {
            kind: 'line',
            x1: within(interval[0]),
            x2: within(interval[1]),
            y1: y,
            y2: y,
            tone: 'ink',
          },
        ];
  const range =
    interval === null ? '' : ` [${interval.map((limit) => limit.toFixed(2)).join(', ')}]`;
  const note = { x: width - noteWidth + 12, anchor: 'start' } as const;
  return [
    ...line,
    { kind: 'circle', x: xOf(value), y, radius: 4, tone: 'ink' },
    text({ ...note, y: y - 17, text: `n = ${formatCount(n)}`, tone: 'soft' }),
    text({ ...note, y: y + 4, text: `${value.toFixed(2)}${range}`, tone: 'ink' }),
  ];
}

/** The scale of the means. */
const scale = (y: number): Mark[] => [
  { kind: 'line', x1: xOf(1), x2: xOf(6), y1: y, y2: y, tone: 'axis' },
  ...levels.flatMap((level): Mark[] => [
    { kind: 'line', x1: xOf(level), x2: xOf(level), y1: y, y2: y + 5, tone: 'axis' },
    text({ x: xOf(level), y: y + 19, text: String(level), anchor: 'middle', tone: 'soft' }),
  ]),
];
