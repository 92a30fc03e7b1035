import { expect, test } from 'vitest';
import { chosenOrOnly } from './chosen-or-only.ts';

const items = [
  { id: 'a', isSound: true },
  { id: 'b', isSound: false },
];
const isSound = (item: { isSound: boolean }) => item.isSound;

test('the only one that can be chosen has to be clicked first', () => {
  expect(chosenOrOnly(items, null, isSound)?.id).toBe('a');
});

test('one of several is chosen for a person, or the choice is overruled', () => {
  expect(chosenOrOnly(items, null)).toBeUndefined();
  expect(chosenOrOnly(items, 'b', isSound)?.id).toBe('b');
  expect(chosenOrOnly(items, 'gone', isSound)).toBeUndefined();
  expect(chosenOrOnly(undefined, null)).toBeUndefined();
});
