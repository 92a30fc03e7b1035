import { expect, test } from 'vitest';
import { recipeSchema } from './recipe.ts';
import { wantsOneThread } from './threads.ts';
import {
  countAllTrained,
  countTrained,
  isTrained,
  stepsPerEpoch,
  totalSteps,
  warmupProblem,
} from './training-counts.ts';

test('the first token of a sequence does not count as trained, whatever its mark', () => {
  const sequence = { trained: Uint8Array.of(1, 1, 0, 1) };
  expect([0, 1, 2, 3].map((index) => isTrained(sequence, index))).toEqual([
    false,
    true,
    false,
    true,
  ]);
  expect(countTrained(sequence)).toBe(2);
  expect(countTrained({ trained: [1] })).toBe(0);
  expect(countAllTrained([sequence, { trained: [0, 1] }])).toBe(3);
});

test('an epoch has a step for its last, smaller batch, and none for no samples', () => {
  expect(stepsPerEpoch(1030, { batchSize: 32 })).toBe(33);
  expect(stepsPerEpoch(16, { batchSize: 8 })).toBe(2);
  expect(stepsPerEpoch(0, { batchSize: 8 })).toBe(0);
  expect(totalSteps(1030, { batchSize: 32, epochs: 15 })).toBe(495);
});

test('a model below 16 MiB computes on one thread, as the recipe says', () => {
  expect(wantsOneThread(16 * 2 ** 20 - 1)).toBe(true);
  expect(wantsOneThread(16 * 2 ** 20)).toBe(false);
  expect(recipeSchema.shape.threads.description).toContain('under 16 MiB');
});

test('a warm-up longer than the run is a problem that names both, one as long is none', () => {
  const recipe = { batchSize: 4, epochs: 2, devShare: 0.5, warmupSteps: 5 };
  expect(warmupProblem(20, recipe)).toBe('');
  expect(warmupProblem(20, { ...recipe, warmupSteps: 6 })).toBe('');
  expect(warmupProblem(20, { ...recipe, warmupSteps: 7 })).toContain(
    'warmupSteps is 7, and the whole run has 6 steps',
  );
  expect(warmupProblem(1, { ...recipe, epochs: 1, devShare: 0 })).toContain('has 1 step:');
});
