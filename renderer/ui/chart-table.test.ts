import { expect, test } from 'vitest';
import { shownRows } from './chart-table.tsx';

test('a short series is shown whole, a long one by 200 rows with both of its ends', () => {
  expect(shownRows(0)).toEqual([]);
  expect(shownRows(1)).toEqual([0]);
  expect(shownRows(3)).toEqual([0, 1, 2]);
  const long = shownRows(10_000);
  expect([long.length, new Set(long).size, long[0], long.at(-1)]).toEqual([200, 200, 0, 9999]);
});
