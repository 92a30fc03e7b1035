import { Parser } from 'htmlparser2';
import { describe, expect, it } from 'vitest';
import { statisticsOfVerdicts } from '../../stats/verdict-statistics.ts';
import { hostileTexts } from '../testing/hostile-texts.ts';
import { preferenceBars, ratingForest, winRateForest } from './comparison-figures.ts';
import type { Figure, Mark } from '../../domain/figure.ts';
import { figureToSvg } from './figure.ts';

const verdicts = (a: string, b: string, preferences: readonly number[]) =>
  preferences.map((preference, at) => ({
    prompt: `${at}`,
    a,
    b,
    preference,
    author: 'ann',
    authorKind: null,
    charactersA: null,
    charactersB: null,
  }));

const { comparisons, ratings } = statisticsOfVerdicts([
  ...verdicts('ours', 'x', [1, 1, 1, 0.5, 0]),
  ...verdicts('ours', 'y', [0, 0, 0, 0]),
]);

const marksOf = <Kind extends Mark['kind']>({ marks }: Figure, kind: Kind) =>
  marks.filter((mark): mark is Extract<Mark, { kind: Kind }> => mark.kind === kind);

describe('bars', () => {
  it('are as wide as the shares of wins, ties and losses, and leave out what did not happen', () => {
    const bars = marksOf(preferenceBars(comparisons), 'rect').slice(3);
    expect(bars.map(({ tone }) => tone)).toEqual(['win', 'tie', 'lose', 'lose']);
    const [win, tie, lose, all] = bars.map(({ width }) => width / (bars[3]?.width ?? 1));
    expect([win, tie, lose, all].map((share) => share?.toFixed(9))).toEqual(
      [0.6, 0.2, 0.2, 1].map((share) => share.toFixed(9)),
    );
    expect(bars[1]?.x).toBeCloseTo((bars[0]?.x ?? 0) + (bars[0]?.width ?? 0), 9);
  });
});

describe('a forest', () => {
  it('has each point between the ends of its interval, and nothing beyond the axis', () => {
    for (const [figure, rows] of [
      [winRateForest(comparisons), 2],
      [ratingForest(ratings), 3],
    ] as const) {
      const points = marksOf(figure, 'circle');
      const lines = marksOf(figure, 'line').filter(
        ({ tone, y1, y2 }) => tone === 'ink' && y1 === y2,
      );
      expect(points).toHaveLength(rows);
      const axis = marksOf(figure, 'line').find(({ y1, y2, tone }) => tone === 'axis' && y1 === y2);
      for (const [at, { x }] of points.entries()) {
        expect(x).toBeGreaterThanOrEqual(lines[at]?.x1 ?? Infinity);
        expect(x).toBeLessThanOrEqual(lines[at]?.x2 ?? -Infinity);
        expect(lines[at]?.x1).toBeGreaterThanOrEqual(axis?.x1 ?? Infinity);
        expect(lines[at]?.x2).toBeLessThanOrEqual(axis?.x2 ?? -Infinity);
      }
    }
  });
});

const long = (what: string) => `SmolLM2-135M-Instruct · lima-a-thousand-samples · epoch ${what}`;

it('a long name stands on two lines, shortened in its middle, with all of it as its title', () => {
  const [only] = statisticsOfVerdicts(verdicts(long('7'), long('9'), [1, 0])).comparisons;
  if (!only) throw new Error('There is no comparison.');
  for (const figure of [preferenceBars([only]), winRateForest([only])]) {
    const names = marksOf(figure, 'text').filter(
      ({ anchor, tone }) => anchor === 'end' && tone === 'ink',
    );
    expect(names.map(({ text }) => text)).toEqual([
      expect.stringMatching(/^SmolLM2-135M-.*….* · epoch 7$/),
      expect.stringMatching(/^against SmolLM2-.*….* · epoch 9$/),
    ]);
    expect(names.every(({ text }) => Array.from(text).length <= 33)).toBe(true);
    expect(names.map(({ whole }) => whole)).toEqual(
      Array(2).fill(`${long('7')} against ${long('9')}`),
    );
    expect(figureToSvg(figure)).toContain(`<title>${long('7')} against ${long('9')}</title>`);
  }
});

it.each(hostileTexts.map((text) => [text]))(
  'an SVG holds no element or script of a name: %j',
  (text) => {
    const hostile = statisticsOfVerdicts(verdicts(text, 'x', [1, 0])).comparisons;
    const names = new Set<string>();
    const parser = new Parser({ onopentag: (name) => names.add(name) }, { xmlMode: true });
    parser.end(figureToSvg(preferenceBars(hostile)));
    const allowed = ['svg', 'title', 'style', 'rect', 'text', 'line', 'circle'];
    expect([...names].filter((name) => !allowed.includes(name))).toEqual([]);
  },
);
