import { describe, expect, it } from 'vitest';
import { cohenKappa, fleissKappa, krippendorffAlpha, type UnitRatings } from './kappa.ts';

const few = { rounds: 200 };
const repeated = (value: number, times: number) => Array.from({ length: times }, () => value);

describe('Cohen’s kappa', () => {
  it('is 0.4 of the 50 grant proposals that textbooks take: 20 and 15 alike, 5 and 10 not', () => {
    const first = [...repeated(1, 25), ...repeated(0, 25)];
    const second = [...repeated(1, 20), ...repeated(0, 5), ...repeated(1, 10), ...repeated(0, 15)];
    const { value, interval, units } = cohenKappa(first, second, few);
    expect(value).toBeCloseTo(0.4, 12);
    expect(units).toBe(50);
    expect(interval?.[0]).toBeLessThan(0.25);
    expect(interval?.[1]).toBeGreaterThan(0.55);
  });

  it('is unknown where both always gave the same one rating, and for no unit', () => {
    expect(cohenKappa([1, 1], [1, 1]).value).toBeNull();
    expect(cohenKappa([], [])).toEqual({ value: null, interval: null, units: 0 });
  });

  it('refuses lists of different units', () => {
    expect(() => cohenKappa([1], [])).toThrow(/same units/);
  });
});

// Fleiss 1971: fourteen raters, ten subjects, five categories.
const fleissTable = [
  [0, 0, 0, 0, 14],
  [0, 2, 6, 4, 2],
  [0, 0, 3, 5, 6],
  [0, 3, 9, 2, 0],
  [2, 2, 8, 1, 1],
  [7, 7, 0, 0, 0],
  [3, 2, 6, 3, 0],
  [2, 5, 3, 2, 2],
  [6, 5, 2, 1, 0],
  [0, 2, 2, 3, 7],
].map((counts) => counts.flatMap((count, category) => repeated(category, count)));

describe('Fleiss’ kappa', () => {
  it('is 0.210 of the published fourteen raters', () => {
    expect(fleissKappa(fleissTable, few).value).toBeCloseTo(0.21, 3);
  });

  it('leaves out units with another number of ratings than most have', () => {
    const extra: UnitRatings[] = [[0, 1], [null, 2, null], ...fleissTable];
    expect(fleissKappa(extra, few)).toEqual(fleissKappa(fleissTable, few));
    expect(fleissKappa([[1], [null]]).value).toBeNull();
  });
});

// Krippendorff 2011: four observers, twelve units, ratings that are missing.
const krippendorff: UnitRatings[] = [
  [1, 1, null, 1],
  [2, 2, 3, 2],
  [3, 3, 3, 3],
  [3, 3, 3, 3],
  [2, 2, 2, 2],
  [1, 2, 3, 4],
  [4, 4, 4, 4],
  [1, 1, 2, 1],
  [2, 2, 2, 2],
  [null, 5, 5, 5],
  [null, null, 1, 1],
  [null, null, 3, null],
];

describe('Krippendorff’s alpha', () => {
  it.each([
    ['nominal', 0.743],
    ['ordinal', 0.815],
    ['interval', 0.849],
  ] as const)('is the published one of names, ranks and numbers: %s %f', (scale, published) => {
    const { value, units } = krippendorffAlpha(krippendorff, scale, few);
    expect(value).toBeCloseTo(published, 3);
    expect(units).toBe(11);
  });

  it('is negative where annotators contradict each other throughout, and unknown without variety', () => {
    expect(
      krippendorffAlpha(
        [
          [0, 1],
          [1, 0],
          [0, 1],
        ],
        'nominal',
        few,
      ).value,
    ).toBeLessThan(0);
    expect(
      krippendorffAlpha(
        [
          [1, 1],
          [1, 1],
        ],
        'nominal',
      ).value,
    ).toBeNull();
  });
});
