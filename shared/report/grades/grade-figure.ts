import type { Figure, Mark } from '../../domain/figure.ts';
import type { GradeReport, GradeRow } from '../../domain/report/grade-report.ts';
import { formatCount, formatPercent } from '../../text/numbers.ts';
import { figureLabel } from '../figures/figure.ts';
import { tagWords } from './grade-tables.ts';

const [width, labelWidth, noteWidth, rowHeight, barHeight, top] = [800, 270, 90, 48, 22, 26];
const span = width - labelWidth - noteWidth;
/** A segment that is narrower than this has no room for its share. */
const leastLabelled = 44;
const tones = [
  ['excellent', 'win', 'Excellent'],
  ['pass', 'tie', 'Pass'],
  ['fail', 'lose', 'Fail'],
] as const;

/** Excellent, Pass and Fail of each row of the table as one bar; null without grades. */
export function gradeBars({ rows }: GradeReport): Figure | null {
  if (rows.length === 0) return null;
  return {
    title: 'Excellent, Pass and Fail of each system, by who graded and kind of prompt',
    width,
    height: top + rows.length * rowHeight + 8,
    marks: [...legend(), ...rows.flatMap(rowMarks)],
  };
}

const legend = (): Mark[] =>
  tones.flatMap(([, tone, text], at): Mark[] => [
    { kind: 'rect', x: labelWidth + at * 100, y: 6, width: 10, height: 10, tone },
    { kind: 'text', x: labelWidth + at * 100 + 15, y: 15.5, text, anchor: 'start', tone: 'soft' },
  ]);

function rowMarks(row: GradeRow, at: number): Mark[] {
  const y = top + at * rowHeight + 6;
  let x = labelWidth;
  const segments = tones.flatMap(([grade, tone]): Mark[] => {
    const { count } = row[grade];
    if (count === 0) return [];
    const size = (count / row.n) * span;
    const rect: Mark = { kind: 'rect', x, y, width: size, height: barHeight, tone };
    const middle = x + size / 2;
    x += size;
    if (size < leastLabelled) return [rect];
    const text = formatPercent(count / row.n);
    return [
      rect,
      { kind: 'text', x: middle, y: y + 15, text, anchor: 'middle', tone: `on-${tone}` },
    ];
  });
  const note = `n = ${formatCount(row.n)}`;
  return [
    nameOf(figureLabel(row.system, 36), y + 12, 'ink'),
    nameOf(figureLabel(`${tagWords(row.tag)}, by ${row.by}`, 40), y + 29, 'soft'),
    ...segments,
    {
      kind: 'text',
      x: width - noteWidth + 10,
      y: y + 15,
      text: note,
      anchor: 'start',
      tone: 'soft',
    },
  ];
}

const nameOf = (text: string, y: number, tone: 'ink' | 'soft'): Mark => ({
  kind: 'text',
  x: labelWidth - 10,
  y,
  text,
  anchor: 'end',
  tone,
});
