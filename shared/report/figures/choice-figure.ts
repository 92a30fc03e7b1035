import type { EpochRating } from '../../domain/runs/choice.ts';
import { formatCount } from '../../text/numbers.ts';
import { formatLoss } from '../../text/training.ts';
import type { Figure, Mark } from '../../domain/figure.ts';

/** What the figure marks beside the votes. */
export interface ChoiceMarks {
  /** The epoch that is picked. */
  picked: number | null;
}

const width = 800;
const left = 90;
const right = 30;
const ratingTop = 36;
const ratingHeight = 170;
const lossTop = 250;
const lossHeight = 90;
const bottom = 40;

/**
 * Ratings of epochs with their intervals, and below them the dev loss of the same epochs: LIMA found
 * that the loss rises while the answers get better (appendix B).
 */
export function choiceFigure(ratings: readonly EpochRating[], { picked }: ChoiceMarks): Figure {
  const epochs = ratings.toSorted((p, q) => p.epoch - q.epoch);
  const losses = epochs.flatMap(({ epoch, devLoss }) =>
    devLoss === null ? [] : [{ epoch, value: devLoss }],
  );
  const column = (span: number) => (span - left - right) / Math.max(1, epochs.length);
  const x = new Map(
    epochs.map(({ epoch }, at) => [epoch, left + (at + 0.5) * column(width)] as const),
  );
  const hasLoss = losses.length > 0;
  const end = hasLoss ? lossTop + lossHeight : ratingTop + ratingHeight;
  const marks = [
    heading(ratingTop - 14, 'Rating by votes'),
    ...ratingMarks(epochs, x, picked),
    ...(hasLoss ? [heading(lossTop - 14, 'Dev loss'), ...lossMarks(losses, x)] : []),
    axisName(end + 20, 'Epoch'),
    ...epochs.map(({ epoch }): Mark => ({
      kind: 'text',
      x: x.get(epoch) ?? 0,
      y: end + 20,
      text: epoch === 0 ? 'base' : formatCount(epoch),
      anchor: 'middle',
      tone: 'soft',
    })),
  ];
  return {
    title: `Votes on ${formatCount(epochs.length)} epochs as ratings with 95 % intervals${hasLoss ? ', and their dev loss' : ''}${picked === null ? '' : `; epoch ${formatCount(picked)} is picked`}`,
    width,
    height: end + bottom,
    marks,
  };
}

const heading = (y: number, text: string): Mark => ({
  kind: 'text',
  x: 4,
  y,
  text,
  anchor: 'start',
  tone: 'ink',
});

const axisName = (y: number, text: string): Mark => ({
  kind: 'text',
  x: left - 10,
  y,
  text,
  anchor: 'end',
  tone: 'soft',
});

interface Panel {
  top: number;
  height: number;
  values: readonly number[];
  textOf: (value: number) => string;
}

/** Where a value lies in a panel, and the panel's axis with its two ends. */
function panelOf({ top, height, values, textOf }: Panel): {
  y: (value: number) => number;
  axis: Mark[];
} {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = (high - low || 1) * 0.08;
  const [from, to] = [low - room, high + room];
  const y = (value: number) => top + height * (1 - (value - from) / (to - from));
  const tick = (value: number): Mark[] => [
    { kind: 'line', x1: left - 5, x2: left, y1: y(value), y2: y(value), tone: 'axis' },
    {
      kind: 'text',
      x: left - 10,
      y: y(value) + 4,
      text: textOf(value),
      anchor: 'end',
      tone: 'soft',
    },
  ];
  return {
    y,
    axis: [
      { kind: 'line', x1: left, x2: left, y1: top, y2: top + height, tone: 'axis' },
      {
        kind: 'line',
        x1: left,
        x2: width - right,
        y1: top + height,
        y2: top + height,
        tone: 'axis',
      },
      ...tick(low),
      ...(high > low ? tick(high) : []),
    ],
  };
}

function ratingMarks(
  epochs: readonly EpochRating[],
  x: ReadonlyMap<number, number>,
  picked: number | null,
): Mark[] {
  const { y, axis } = panelOf({
    top: ratingTop,
    height: ratingHeight,
    values: epochs.flatMap(({ interval, rating }) => [...interval, rating]),
    textOf: (value) => formatCount(Math.round(value)),
  });
  const points = epochs.flatMap(({ epoch, rating, interval: [lower, upper] }): Mark[] => {
    const at = x.get(epoch) ?? 0;
    const cap = (value: number): Mark => ({
      kind: 'line',
      x1: at - 5,
      x2: at + 5,
      y1: y(value),
      y2: y(value),
      tone: 'ink',
    });
    return [
      { kind: 'line', x1: at, x2: at, y1: y(lower), y2: y(upper), tone: 'ink' },
      cap(lower),
      cap(upper),
      {
        kind: 'circle',
        x: at,
        y: y(rating),
        radius: epoch === picked ? 7 : 4.5,
        tone: epoch === picked ? 'win' : 'ink',
      },
      ...(epoch === picked
        ? [
            {
              kind: 'text',
              x: at + 12,
              y: y(rating) + 4,
              text: 'picked',
              anchor: 'start',
              tone: 'ink',
            } as const,
          ]
        : []),
    ];
  });
  return [...axis, ...points];
}

function lossMarks(
  losses: readonly { epoch: number; value: number }[],
  x: ReadonlyMap<number, number>,
): Mark[] {
  const { y, axis } = panelOf({
    top: lossTop,
    height: lossHeight,
    values: losses.map(({ value }) => value),
    textOf: formatLoss,
  });
  const at = ({ epoch, value }: { epoch: number; value: number }) => ({
    x: x.get(epoch) ?? 0,
    y: y(value),
  });
  const lines = losses.slice(1).map((loss, index): Mark => {
    const [from, to] = [at(losses[index] ?? loss), at(loss)];
    return { kind: 'line', x1: from.x, y1: from.y, x2: to.x, y2: to.y, tone: 'ink' };
  });
  const points = losses.map((loss): Mark => ({
    kind: 'circle',
    ...at(loss),
    radius: 3,
    tone: 'soft',
  }));
  return [...axis, ...lines, ...points];
}
