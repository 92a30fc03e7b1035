import { expect, it } from 'vitest';
import { backoffMs } from './connection.ts';
import { tokenInFragment } from './web-session.ts';

it('waits longer after each failure but never more than five seconds', () => {
  expect([1, 2, 3, 10, 2000].map(backoffMs)).toEqual([250, 500, 1000, 5000, 5000]);
});

it('takes the token out of the fragment and nothing else for one', () => {
  expect(tokenInFragment('#token=abc-_1')).toBe('abc-_1');
  expect(tokenInFragment('#/train')).toBeUndefined();
  expect(tokenInFragment('')).toBeUndefined();
});
