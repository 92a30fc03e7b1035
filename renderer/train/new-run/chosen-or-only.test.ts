import { expect, test } from 'vitest';
import { chosenOrOnly } from './chosen-or-only.ts';

const items = [
  { id: 'a', isSound: true },
  { id: 'b', isSound: false },
];
const isSound = (item: { isSound: boolean }) => item.isSound;

test('the only item that can be chosen is chosen without a click', () => {
  expect(chosenOrOnly(items, null, isSound)?.id).toBe('a');
});

test('of several items none is chosen for a person, and a choice is never replaced by another', () => {
  expect(chosenOrOnly(items, null)).toBeUndefined();
  expect(chosenOrOnly(items, 'b', isSound)?.id).toBe('b');
  expect(chosenOrOnly(items, 'gone', isSound)).toBeUndefined();
  expect(chosenOrOnly(undefined, null)).toBeUndefined();
});
