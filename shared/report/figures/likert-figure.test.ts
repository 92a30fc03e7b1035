import { expect, test } from 'vitest';
import { formatPercent } from '../../text/numbers.ts';
import { fixtureJudge, fixtureLevels } from '../testing/report-fixture.ts';
import { figureToSvg } from './figure.ts';
import { likertBars } from './likert-figure.ts';

const judge = (...systems: string[]) => ({
  ...fixtureJudge('J'),
  quality: systems.map(fixtureLevels),
});

test('each system has a bar of its levels, with the mean and its interval on the scale below', () => {
  const figure = likertBars([judge('base', 'tuned')]);
  const { marks = [], width = 0 } = figure ?? {};
  const bars = marks.flatMap((mark) => (mark.kind === 'rect' && mark.height > 10 ? [mark] : []));
  // Nothing is on level 1.
  const shown = ['level-2', 'level-3', 'level-4', 'level-5', 'level-6'];
  expect(bars.map(({ tone }) => tone)).toEqual([...shown, ...shown]);
  const [first, , four] = bars;
  expect((four?.width ?? 0) / (first?.width ?? 1)).toBeCloseTo(4, 9);
  const ticks = marks.flatMap((mark) =>
    mark.kind === 'line' && mark.tone === 'axis' && mark.x1 === mark.x2 ? [mark.x1] : [],
  );
  const [one = 0, , , , , six = 0] = ticks;
  expect(bars[0]?.x).toBe(one);
  expect(six).toBeLessThan(width);
  const means = marks.flatMap((mark) => (mark.kind === 'circle' ? [mark] : []));
  expect(means).toHaveLength(2);
  expect(means[0]?.x).toBeCloseTo(one + ((4.2 - 1) / 5) * (six - one), 9);
  const interval = marks.find((mark) => mark.kind === 'line' && mark.tone === 'ink');
  expect(interval).toMatchObject({ y1: means[0]?.y, y2: means[0]?.y });
  const svg = figure ? figureToSvg(figure) : '';
  for (const words of ['base', 'tuned', 'n = 10', '4.20 [3.70, 4.70]', formatPercent(0.4)])
    expect(svg).toContain(words);
});

test('of a single prompt there is a mean without an interval, and without levels no figure', () => {
  const alone = {
    ...fixtureLevels('base'),
    mean: { value: 3, standardError: null, interval: null },
  };
  const figure = likertBars([{ ...fixtureJudge('J'), quality: [alone] }]);
  expect(figure?.marks.some((mark) => mark.kind === 'line' && mark.tone === 'ink')).toBe(false);
  expect(likertBars([{ ...fixtureJudge('J'), quality: [] }])).toBeNull();
  expect(
    likertBars([{ ...fixtureJudge('J'), quality: [{ ...alone, levelShares: null }] }]),
  ).toBeNull();
});
