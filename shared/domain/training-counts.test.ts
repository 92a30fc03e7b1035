import { expect, test } from 'vitest';
import { recipeSchema } from './recipe/recipe.ts';
import { wantsOneThread } from './threads.ts';
import {
  countAllTrained,
  countTrained,
  epochsOfRun,
  epochStepsOf,
  isTrained,
  stepsPerEpoch,
  totalEpochs,
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
  expect(totalSteps(1030, { batchSize: 32, epochs: 15, maxSteps: 0 })).toBe(495);
});

// Trainer of Hugging Face 4.44: math.ceil(num_train_epochs * num_update_steps_per_epoch).
test.each([
  { epochs: 0.5, maxSteps: 0, steps: 17, passes: 17 / 33 },
  { epochs: 1.5, maxSteps: 0, steps: 50, passes: 50 / 33 },
  { epochs: 0.0001, maxSteps: 0, steps: 1, passes: 1 / 33 },
  { epochs: 2, maxSteps: 0, steps: 66, passes: 2 },
  { epochs: 2, maxSteps: 5, steps: 5, passes: 5 / 33 },
  { epochs: 2, maxSteps: 100, steps: 100, passes: 100 / 33 },
])('$epochs epochs of 33 steps and maxSteps $maxSteps are $steps steps', (one) => {
  const recipe = { batchSize: 32, ...one };
  expect(totalSteps(1030, recipe)).toBe(one.steps);
  expect(totalEpochs(1030, recipe)).toBe(one.passes);
  const done = { step: 1, epoch: 1 / 33 };
  expect([epochStepsOf(done), epochsOfRun(done, one.steps)]).toEqual([33, one.passes]);
});

test('no step is begun for what 0.07 × 100 is too large in binary', () => {
  expect(0.07 * 100).toBeGreaterThan(7);
  expect(totalSteps(100, { batchSize: 1, epochs: 0.07, maxSteps: 0 })).toBe(7);
  expect(totalSteps(0, { batchSize: 1, epochs: 0.07, maxSteps: 0 })).toBe(0);
});

test('a model below 16 MiB computes on one thread, as the recipe says', () => {
  expect(wantsOneThread(16 * 2 ** 20 - 1)).toBe(true);
  expect(wantsOneThread(16 * 2 ** 20)).toBe(false);
  expect(recipeSchema.shape.threads.description).toContain('under 16 MiB');
});

test('a warm-up longer than the run is a problem that names both, one as long is none', () => {
  const recipe = { batchSize: 4, epochs: 2, maxSteps: 0, warmupSteps: 5 };
  expect(warmupProblem(10, recipe)).toBe('');
  expect(warmupProblem(10, { ...recipe, warmupSteps: 6 })).toBe('');
  expect(warmupProblem(10, { ...recipe, warmupSteps: 7 })).toContain(
    'warmupSteps is 7, and the whole run has 6 steps',
  );
  expect(warmupProblem(1, { ...recipe, epochs: 1 })).toContain('has 1 step:');
  expect(warmupProblem(20, { ...recipe, maxSteps: 4 })).toContain('whole run has 4 steps');
});
