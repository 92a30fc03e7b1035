import { describe, expect, it } from 'vitest';
import { bradleyTerry, connectedSystems } from './bradley-terry.ts';
import type { PairVerdict } from './pair-verdict.ts';

const verdict = (a: string, b: string, preference: number, prompt: string): PairVerdict => ({
  prompt,
  a,
  b,
  preference,
  author: 'one',
  authorKind: null,
  charactersA: null,
  charactersB: null,
});

// Agresti, Categorical Data Analysis, table of the American League East of 1987: wins of each row.
const teams = ['Milwaukee', 'Detroit', 'Toronto', 'New York', 'Boston', 'Cleveland', 'Baltimore'];
const wins = [
  [0, 7, 9, 7, 7, 9, 11],
  [6, 0, 7, 5, 11, 9, 9],
  [4, 6, 0, 7, 7, 8, 12],
  [6, 8, 6, 0, 6, 7, 10],
  [6, 2, 6, 7, 0, 7, 12],
  [4, 4, 5, 6, 6, 0, 6],
  [2, 4, 1, 3, 1, 7, 0],
];
const games = wins.flatMap((row, home) =>
  row.flatMap((count, away) =>
    Array.from({ length: count }, (_, game) =>
      verdict(teams[home] ?? '', teams[away] ?? '', 1, `${home} ${away} ${game}`),
    ),
  ),
);

const unbeaten = (count: number) =>
  Array.from({ length: count }, (_, at) => [
    verdict('a', 'b', 1, `${at}`),
    verdict('b', 'c', at % 2, `${at}`),
  ]).flat();

const widthOf = (table: PairVerdict[]) => {
  const [lower = 0, upper = 0] =
    bradleyTerry(table, { anchor: 'b', rounds: 200 })[0]?.interval ?? [];
  return upper - lower;
};

describe('ratings', () => {
  it('are the published ones of the 1987 baseball season, in log odds over the last team', () => {
    const options = { anchor: 'Baltimore', anchorRating: 0, ridge: 1e-9, rounds: 20 };
    const ratings = bradleyTerry(games, options);
    expect(ratings.map(({ system }) => system)).toEqual(teams);
    const logOdds = ratings.map(({ rating }) => Number(((rating * Math.LN10) / 400).toFixed(2)));
    expect(logOdds).toEqual([1.58, 1.44, 1.29, 1.25, 1.11, 0.68, 0]);
  });

  it('take a tie for half a win, and any preference for its share', () => {
    const tied = ['x', 'y'].map((prompt) => verdict('a', 'b', 0.5, prompt));
    const split = [verdict('a', 'b', 1, 'x'), verdict('a', 'b', 0, 'y')];
    const shares = [verdict('a', 'b', 0.7, 'x'), verdict('a', 'b', 0.3, 'y')];
    for (const table of [tied, split, shares])
      for (const { rating } of bradleyTerry(table, { rounds: 5 }))
        expect(rating).toBeCloseTo(1000, 6);
  });

  it('differ by 400 points where one system wins ten times as often, whatever the others do', () => {
    const table = Array.from({ length: 110 }, (_, at) =>
      verdict('a', 'b', at < 100 ? 1 : 0, `${at}`),
    );
    const [better, worse] = bradleyTerry(table, { anchor: 'b', ridge: 1e-9, rounds: 5 });
    expect(better).toMatchObject({ system: 'a', rank: 1 });
    expect((better?.rating ?? 0) - (worse?.rating ?? 0)).toBeCloseTo(400, 4);
  });

  it('stay finite for a system that never lost, and rank it surely first only with enough prompts', () => {
    const [first] = bradleyTerry(unbeaten(40), { rounds: 100 });
    expect(first).toMatchObject({ system: 'a', rank: 1, rankInterval: [1, 1] });
    expect(Number.isFinite(first?.rating) && Number.isFinite(first?.interval[1])).toBe(true);
  });

  it('have intervals of prompts: what is asked three times tells no more than once', () => {
    const once = Array.from({ length: 60 }, (_, at) =>
      verdict('a', 'b', at % 3 === 0 ? 0 : 1, `${at}`),
    );
    const thrice = [...once, ...once, ...once];
    expect(widthOf(thrice) / widthOf(once)).toBeCloseTo(1, 1);
    const independent = thrice.map((one, at) => ({ ...one, prompt: `${at}` }));
    expect(widthOf(independent)).toBeLessThan(0.7 * widthOf(once));
  });
});

it('systems that were never compared, not even through others, are told apart', () => {
  const pairs = [
    ['a', 'b'],
    ['c', 'd'],
    ['d', 'e'],
    ['b', 'f'],
  ];
  const groups = connectedSystems(pairs.map(([a = '', b = '']) => ({ a, b })));
  expect(groups).toEqual([
    ['a', 'b', 'f'],
    ['c', 'd', 'e'],
  ]);
  expect(
    connectedSystems([
      { a: 'a', b: 'b' },
      { a: 'c', b: 'd' },
      { a: 'd', b: 'a' },
    ]),
  ).toHaveLength(1);
});
