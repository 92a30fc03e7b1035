import { clusterBootstrap, type BootstrapOptions } from './cluster-bootstrap.ts';

/** What several annotators said of one unit: a number for each category; null where one said nothing. */
export type UnitRatings = readonly (number | null)[];

/** Of a single unit chance cannot be told, and draws of a few look more certain than they are. */
const leastUnits = { value: 2, interval: 5 };

/** A coefficient of agreement: 1 perfect, 0 what chance would give; null where chance alone agrees. */
export interface Agreement {
  value: number | null;
  /** Bootstrap over units; null where there is no value, and for fewer than five units. */
  interval: [lower: number, upper: number] | null;
  units: number;
}

/**
 * Cohen's kappa of two annotators over the units both rated (Educational and Psychological
 * Measurement 20, 1960), with a bootstrap interval over units.
 */
export function cohenKappa(
  first: readonly number[],
  second: readonly number[],
  options?: BootstrapOptions,
): Agreement {
  if (first.length !== second.length)
    throw new RangeError(
      `Cohen's kappa needs the same units from both annotators, got ${first.length} and ${second.length}`,
    );
  const categories = [...new Set([...first, ...second])];
  const size = categories.length;
  const place = new Map(categories.map((category, at) => [category, at]));
  const cells = first.map(
    (rating, at) => (place.get(rating) ?? 0) * size + (place.get(second[at] ?? rating) ?? 0),
  );
  return withInterval(
    first.length,
    (times) => {
      const table = new Float64Array(size * size);
      let n = 0;
      for (const [unit, cell] of cells.entries()) {
        table[cell] = (table[cell] ?? 0) + times(unit);
        n += times(unit);
      }
      let [observed, expected] = [0, 0];
      for (let one = 0; one < size; one += 1) {
        let [row, column] = [0, 0];
        for (let other = 0; other < size; other += 1) {
          row += table[one * size + other] ?? 0;
          column += table[other * size + one] ?? 0;
        }
        observed += (table[one * size + one] ?? 0) / n;
        expected += (row / n) * (column / n);
      }
      return chanceCorrected(1 - observed, 1 - expected);
    },
    options,
  );
}

/**
 * Fleiss' kappa (Psychological Bulletin 76, 1971) over units that all have as many ratings, at
 * least two; the others are left out, so `units` may be fewer. Which annotator gave one does not matter.
 */
export function fleissKappa(
  ratings: readonly UnitRatings[],
  options?: BootstrapOptions,
): Agreement {
  const given = ratings.map((unit) => unit.filter((rating) => rating !== null));
  const most = mostFrequent(given.map(({ length }) => length).filter((length) => length > 1));
  const units = given.filter(({ length }) => length === most);
  const categories = [...new Set(units.flat())];
  const counts = units.map((unit) =>
    categories.map((category) => unit.filter((rating) => rating === category).length),
  );
  return withInterval(
    units.length,
    (times) => {
      const totals = categories.map(() => 0);
      let [agreed, n] = [0, 0];
      for (const [unit, count] of counts.entries()) {
        const squares = count.reduce((sum, one) => sum + one * one, 0);
        agreed += (times(unit) * (squares - most)) / (most * (most - 1));
        n += times(unit);
        for (const [at, one] of count.entries()) totals[at] = (totals[at] ?? 0) + times(unit) * one;
      }
      const expected = totals.reduce((sum, total) => sum + (total / (n * most)) ** 2, 0);
      return chanceCorrected(1 - agreed / n, 1 - expected);
    },
    options,
  );
}

/** How far apart two ratings are, squared: as names, as ranks of an order, or as numbers. */
export type RatingScale = 'nominal' | 'ordinal' | 'interval';

/**
 * Krippendorff's alpha (Computing Krippendorff's Alpha-Reliability, 2011) for any number of
 * annotators, any scale, and ratings that are missing; units with one rating or none tell nothing
 * and are left out. 1 − observed over expected disagreement.
 */
export function krippendorffAlpha(
  ratings: readonly UnitRatings[],
  scale: RatingScale,
  options?: BootstrapOptions,
): Agreement {
  const units = ratings
    .map((unit) => unit.filter((rating) => rating !== null))
    .filter(({ length }) => length > 1);
  const alpha = scale === 'interval' ? intervalAlpha(units) : categoryAlpha(units, scale);
  return withInterval(units.length, alpha, options);
}

type Coefficient = (times: (unit: number) => number) => number;

/** Squared distances need no table of all pairs of values: sums and sums of squares have them all. */
function intervalAlpha(units: readonly number[][]): Coefficient {
  const moments = units.map((unit) => {
    const sum = unit.reduce((total, one) => total + one, 0);
    const squares = unit.reduce((total, one) => total + one * one, 0);
    const m = unit.length;
    return {
      m,
      sum,
      squares,
      within: unit.every((one) => one === unit[0]) ? 0 : (m * squares - sum * sum) / (m - 1),
    };
  });
  return (times) => {
    let [n, sum, squares, observed] = [0, 0, 0, 0];
    for (const [unit, one] of moments.entries()) {
      n += times(unit) * one.m;
      sum += times(unit) * one.sum;
      squares += times(unit) * one.squares;
      observed += times(unit) * one.within;
    }
    const expected = (n * squares - sum * sum) / (n - 1);
    // All the same but for rounding.
    return chanceCorrected(observed, expected < 1e-12 * squares ? 0 : expected);
  };
}

function categoryAlpha(units: readonly number[][], scale: 'nominal' | 'ordinal'): Coefficient {
  const categories = [...new Set(units.flat())].toSorted((first, second) => first - second);
  const size = categories.length;
  const place = new Map(categories.map((category, at) => [category, at]));
  const counts = units.map((unit) => {
    const count = new Float64Array(size);
    for (const rating of unit) count[place.get(rating) ?? 0]! += 1;
    return count;
  });
  return (times) => {
    const totals = new Float64Array(size);
    const coincidences = new Float64Array(size * size);
    for (const [unit, count] of counts.entries()) {
      const weight = times(unit) / ((units[unit]?.length ?? 0) - 1);
      for (const [one, own] of count.entries()) {
        totals[one]! += times(unit) * own;
        for (const [other, theirs] of count.entries())
          coincidences[one * size + other]! += weight * own * (theirs - (one === other ? 1 : 0));
      }
    }
    return disagreementRatio(coincidences, totals, scale);
  };
}

function disagreementRatio(
  coincidences: Float64Array,
  totals: Float64Array,
  scale: 'nominal' | 'ordinal',
): number {
  const n = totals.reduce((sum, total) => sum + total, 0);
  let [observed, expected] = [0, 0];
  for (const [one, own] of totals.entries())
    for (const [other, theirs] of totals.entries()) {
      const distance =
        scale === 'nominal' ? Number(one !== other) : rankDistance(one, other, totals);
      observed += (coincidences[one * totals.length + other] ?? 0) * distance;
      expected += ((own * theirs) / (n - 1)) * distance;
    }
  return chanceCorrected(observed, expected);
}

/** Squared: how many ratings lie between two ranks, each end counted half. */
function rankDistance(one: number, other: number, totals: Float64Array): number {
  const [low, high] = [Math.min(one, other), Math.max(one, other)];
  if (low === high) return 0;
  const between = totals.subarray(low, high + 1).reduce((sum, total) => sum + total, 0);
  return (between - ((totals[low] ?? 0) + (totals[high] ?? 0)) / 2) ** 2;
}

/** NaN where nothing could disagree by chance: all gave the same rating throughout. */
const chanceCorrected = (observed: number, expected: number): number =>
  expected === 0 ? Number.NaN : 1 - observed / expected;

function withInterval(
  units: number,
  coefficient: Coefficient,
  options?: BootstrapOptions,
): Agreement {
  const value = units < leastUnits.value ? Number.NaN : coefficient(() => 1);
  if (Number.isNaN(value)) return { value: null, interval: null, units };
  if (units < leastUnits.interval) return { value, interval: null, units };
  const [interval] = clusterBootstrap(
    units,
    (timesDrawn) => [coefficient((unit) => timesDrawn[unit] ?? 0)],
    options,
  );
  return { value, interval: interval ?? null, units };
}

function mostFrequent(values: readonly number[]): number {
  const counts = Map.groupBy(values, (value) => value);
  let [best, times] = [0, 0];
  for (const [value, all] of counts)
    if (all.length > times || (all.length === times && value > best))
      [best, times] = [value, all.length];
  return best;
}
