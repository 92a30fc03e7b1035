import { expect, test } from 'vitest';
import { describeDamage } from './damage.ts';

const damage = {
  table: 'vote',
  first: '0',
  last: '512',
  rows: [],
  missing: 0,
  isUnreadable: false,
};

test('damage names table, rows and what they were about, a few of many', () => {
  const rows = [1, 2, 3, 4, 5].map((place) => ({ place: `${place}`, about: 'vote “left” by me' }));
  expect(describeDamage({ ...damage, rows: rows.slice(0, 1) })).toBe(
    '1 row of vote changed: 1 (vote “left” by me).',
  );
  expect(describeDamage({ ...damage, rows })).toMatch(/^5 rows of vote changed: .* and 2 more\.$/);
});

test('rows that are gone and rows that cannot be read are told apart', () => {
  expect(describeDamage({ ...damage, missing: 2 })).toBe(
    '2 rows between 0 and 512 of vote are gone.',
  );
  expect(describeDamage({ ...damage, isUnreadable: true })).toBe(
    'Rows between 0 and 512 of vote cannot be read at all.',
  );
});
