import { expect, it } from 'vitest';
import { mergeRetained } from './use-sample-list.ts';

it('keeps reviewed samples in their place, so that the list does not slide under the cursor', () => {
  expect(mergeRetained([2, 5, 9], new Set([7, 1, 12]))).toEqual([1, 2, 5, 7, 9, 12]);
});

it('does not list a sample twice when it matches again after an undo', () => {
  expect(mergeRetained([2, 5, 9], new Set([5]))).toEqual([2, 5, 9]);
  expect(mergeRetained([5], new Set([5, 6]))).toEqual([5, 6]);
});

it('is the very same list while everything that was reviewed still matches', () => {
  const matching = [2, 5, 9];
  expect(mergeRetained(matching, new Set([9, 2]))).toBe(matching);
  expect(mergeRetained(matching, new Set())).toBe(matching);
});

it('shows what stayed when nothing matches any more', () => {
  expect(mergeRetained([], new Set([3, 1]))).toEqual([1, 3]);
});
