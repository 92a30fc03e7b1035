import { describe, expect, it } from 'vitest';
import type { PairVerdict } from './pair-verdict.ts';
import { statisticsOfVerdicts } from './verdict-statistics.ts';

const verdict = (fields: Partial<PairVerdict>): PairVerdict => ({
  prompt: 'one',
  a: 'ours',
  b: 'theirs',
  preference: 1,
  author: 'ann',
  authorKind: null,
  charactersA: null,
  charactersB: null,
  ...fields,
});

/** As many prompts won, tied and lost. */
const counted = (wins: number, ties: number, losses: number, fields: Partial<PairVerdict> = {}) =>
  Array.from({ length: wins + ties + losses }, (_, at) =>
    verdict({
      ...fields,
      prompt: `prompt ${at}`,
      preference: at < wins ? 1 : at < wins + ties ? 0.5 : 0,
    }),
  );

// LIMA, figure 1 at n = 300 (LIMA.md 1.8): win + ½ tie with its ±, and the sign test.
const figure1 = [
  ['Alpaca', 159, 63, 78, 63.5, 4.8, 1.6e-7],
  ['DaVinci003', 132, 63, 105, 54.5, 5.0, 0.09],
  ['Bard', 99, 75, 126, 45.5, 4.9, 0.08],
  ['Claude', 72, 66, 162, 35.0, 4.7, 4e-9],
  ['GPT-4', 54, 75, 171, 30.5, 4.4, 2e-15],
] as const;

describe('a comparison', () => {
  it.each(figure1)(
    'of LIMA with %s has the win rate, interval and p of its counts',
    (b, ...row) => {
      const [wins, ties, losses, rate, half, p] = row;
      const [one] = statisticsOfVerdicts(counted(wins, ties, losses, { b })).comparisons;
      expect(one).toMatchObject({ wins, ties, losses, n: 300, prompts: 300 });
      expect(one?.winRate).toBeCloseTo(rate / 100, 12);
      expect(one?.discreteWinRate).toBeCloseTo(rate / 100, 12);
      const [lower = 0, upper = 0] = one?.interval ?? [];
      expect((100 * (upper - lower)) / 2).toBeCloseTo(half, 0);
      expect((one?.signTestP ?? 0) / p).toBeGreaterThan(0.85);
      expect((one?.signTestP ?? 0) / p).toBeLessThan(1.3);
    },
  );

  it('of GPT-4 after Holm over the five baselines is as significant as before, DaVinci003 is not', () => {
    const table = figure1.flatMap(([b, wins, ties, losses]) => counted(wins, ties, losses, { b }));
    const { comparisons } = statisticsOfVerdicts(table);
    const holmOf = (b: string) => comparisons.find((one) => one.b === b)?.holmP ?? 0;
    expect(holmOf('GPT-4')).toBeLessThan(1e-13);
    expect(holmOf('DaVinci003')).toBeGreaterThan(0.15);
  });

  it('has the standard error of the mean of continuous preferences, n − 1', () => {
    const preferences = [0.9, 0.2, 0.6, 0.5, 0.55];
    const table = preferences.map((preference, at) => verdict({ preference, prompt: `${at}` }));
    const [one] = statisticsOfVerdicts(table).comparisons;
    expect(one).toMatchObject({ wins: 3, ties: 1, losses: 1, discreteWinRate: 0.7 });
    expect(one?.winRate).toBeCloseTo(0.55, 12);
    // Squares of 0.35, 0.35, 0.05, 0.05 and 0, summed, over 4, over 5.
    expect(one?.standardError).toBeCloseTo(Math.sqrt(0.25 / 4 / 5), 12);
  });

  it('is as uncertain with three verdicts alike on each prompt as with one', () => {
    const once = counted(40, 10, 20);
    const thrice = ['ann', 'bea', 'cid'].flatMap((author) =>
      once.map((one) => ({ ...one, author })),
    );
    const [single] = statisticsOfVerdicts(once).comparisons;
    const [repeated] = statisticsOfVerdicts(thrice).comparisons;
    expect(repeated).toMatchObject({ n: 210, prompts: 70, signTestP: single?.signTestP });
    expect(repeated?.standardError).toBeCloseTo(single?.standardError ?? 0, 12);
    expect(repeated?.interval).toEqual(single?.interval);
  });

  it('keeps a wide interval where all of a few prompts say the same', () => {
    const [one] = statisticsOfVerdicts(counted(6, 0, 0)).comparisons;
    expect(one).toMatchObject({ winRate: 1, intervalMethod: 'score' });
    expect(one?.interval[0]).toBeLessThan(0.65);
  });

  it('takes a pair that is named in either order for one', () => {
    const turned = verdict({
      a: 'theirs',
      b: 'ours',
      preference: 0,
      prompt: 'two',
      charactersA: 3,
      charactersB: 9,
    });
    const { comparisons } = statisticsOfVerdicts([verdict({}), turned]);
    expect(comparisons).toHaveLength(1);
    expect(comparisons[0]).toMatchObject({ a: 'ours', b: 'theirs', wins: 2, losses: 0 });
  });

  it('rests on people where there are any, with ties by rule on what nobody was asked', () => {
    const table = [
      verdict({ prompt: 'one', authorKind: 'human', preference: 0 }),
      verdict({ prompt: 'one', authorKind: 'judge', author: 'judge', preference: 1 }),
      verdict({ prompt: 'two', authorKind: 'judge', author: 'judge', preference: 1 }),
      verdict({ prompt: 'six', authorKind: 'rule', author: 'rule', preference: 0.5 }),
    ];
    const { comparisons, annotators } = statisticsOfVerdicts(table);
    expect(comparisons[0]).toMatchObject({ wins: 0, ties: 1, losses: 1 });
    expect(annotators).toMatchObject([{ first: 'ann', second: 'judge', items: 1 }]);
  });
});

describe('several systems', () => {
  it('get ratings, and are told where no comparison leads from one to another', () => {
    const table = [...counted(20, 0, 10, { b: 'x' }), ...counted(5, 5, 20, { a: 'y', b: 'z' })];
    const { ratings, unconnected, comparisons } = statisticsOfVerdicts(table);
    expect(comparisons).toHaveLength(2);
    expect(ratings).toHaveLength(4);
    expect(unconnected).toEqual([
      ['ours', 'x'],
      ['y', 'z'],
    ]);
  });
});

// LIMA.md 4.1: AA, AT, AB, TT is 0.625.
it('two annotators have tie-discounted accuracy and kappa over what both judged', () => {
  const said = { ann: [1, 1, 1, 0.5, 1], bea: [1, 0.5, 0, 0.5] };
  const table = Object.entries(said).flatMap(([author, preferences]) =>
    preferences.map((preference, at) => verdict({ author, preference, prompt: `${at}` })),
  );
  const { annotators, krippendorff, fleiss } = statisticsOfVerdicts(table);
  expect(annotators).toHaveLength(1);
  expect(annotators[0]).toMatchObject({ first: 'ann', second: 'bea', items: 4 });
  expect(annotators[0]?.tieDiscounted.value).toBe(0.625);
  expect(annotators[0]?.kappa?.units).toBe(4);
  expect([krippendorff?.units, fleiss?.units]).toEqual([4, 4]);
});
