import { expect, it } from 'vitest';
import type { Mark } from '../../domain/figure.ts';
import type { EpochRating } from '../../domain/runs/choice.ts';
import { choiceFigure } from './choice-figure.ts';

const rating = (epoch: number, value: number, devLoss: number | null): EpochRating => ({
  epoch,
  checkpointId: epoch === 0 ? null : `c${epoch}`,
  devLoss,
  verdicts: 9,
  rating: value,
  interval: [value - 40, value + 60],
  rank: 1,
  rankInterval: [1, 2],
});

const ratings = [rating(9, 1080, 2.9), rating(7, 1060, 2.4), rating(0, 860, 3.1)];

const of = <Kind extends Mark['kind']>(marks: readonly Mark[], kind: Kind) =>
  marks.filter((mark): mark is Extract<Mark, { kind: Kind }> => mark.kind === kind);

it('draws epochs from left to right, a better one higher, its dev loss below it, and says which is picked', () => {
  const { marks, title, height, width } = choiceFigure(ratings, { picked: 7 });
  expect(title).toBe(
    'Votes on 3 epochs as ratings with 95 % intervals, and their dev loss; epoch 7 is picked',
  );
  const circles = of(marks, 'circle');
  const [points, losses] = [circles.slice(0, 3), circles.slice(3)];
  expect(points.map(({ x }) => x)).toEqual(points.map(({ x }) => x).toSorted((p, q) => p - q));
  expect(losses.map(({ x }) => x)).toEqual(points.map(({ x }) => x));
  const [base, seventh, ninth] = points;
  expect(ninth?.y).toBeLessThan(seventh?.y ?? 0);
  expect(seventh?.y).toBeLessThan(base?.y ?? 0);
  // The loss of epoch 7 is the least, so it stands lowest.
  expect(losses[1]?.y).toBe(Math.max(...losses.map(({ y }) => y)));
  expect(points.map(({ tone }) => tone)).toEqual(['ink', 'win', 'ink']);
  for (const { x, y } of circles) {
    expect(x > 0 && x < width).toBe(true);
    expect(y > 0 && y < height).toBe(true);
  }
  const labels = of(marks, 'text').map(({ text }) => text);
  for (const label of ['base', '7', '9', 'picked', '2.4000', '3.1000'])
    expect(labels).toContain(label);
});

it('leaves the loss out where nothing was held out', () => {
  const { marks, title } = choiceFigure(
    ratings.map((one) => ({ ...one, devLoss: null })),
    { picked: null },
  );
  expect(title).toBe('Votes on 3 epochs as ratings with 95 % intervals');
  expect(of(marks, 'text').map(({ text }) => text)).not.toContain('Dev loss');
});
