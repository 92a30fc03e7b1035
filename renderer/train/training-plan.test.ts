import { describe, expect, it } from 'vitest';
import { checkedRecipeSchema } from '../../shared/domain/recipe/recipe.ts';
import { learningRatePoints, planTraining, stepsPerEpochOf } from './training-plan.ts';

const length = { epochs: 15, batchSize: 32, maxSteps: 0, devShare: 0 };

describe('planTraining', () => {
  it('counts the smaller last batch as a step of its own', () => {
    expect(planTraining(length, 1030)).toEqual({
      samples: 1030,
      heldOut: 0,
      stepsPerEpoch: 33,
      totalSteps: 495,
      epochs: 15,
      lastBatch: 6,
    });
  });

  it('does not add an empty batch when the samples divide evenly', () => {
    const plan = planTraining({ ...length, epochs: 3, batchSize: 8 }, 16);
    expect(plan).toMatchObject({ stepsPerEpoch: 2, totalSteps: 6, lastBatch: 8 });
  });

  it('counts what an earlier run made of the samples, where that is known', () => {
    const plan = planTraining({ ...length, devShare: 0.5, batchSize: 4, epochs: 1 }, 8, 9);
    expect(plan).toMatchObject({ samples: 9, heldOut: 4, totalSteps: 3, lastBatch: 1 });
  });

  it('does not count samples that are held out, which take no steps', () => {
    const plan = planTraining({ ...length, devShare: 0.05 }, 1000);
    expect(plan).toMatchObject({ samples: 950, heldOut: 50, totalSteps: 450, lastBatch: 22 });
  });

  it('takes one step an epoch when the batch is larger than the dataset', () => {
    const plan = planTraining({ ...length, epochs: 2 }, 10);
    expect(plan).toMatchObject({ stepsPerEpoch: 1, totalSteps: 2, lastBatch: 10 });
  });
});

describe('learningRatePoints', () => {
  const recipe = checkedRecipeSchema.parse({ learningRate: 1e-3, minLearningRate: 1e-5 });
  const ratesOf = (fields: Partial<typeof recipe>, totalSteps: number) =>
    learningRatePoints({ ...recipe, ...fields }, totalSteps).map(({ rate }) => rate);

  it('ends at the final rate', () => {
    expect(ratesOf({}, 3000).at(0)).toBe(1e-3);
    expect(ratesOf({}, 3000).at(-1)).toBeCloseTo(1e-5, 12);
  });

  it('stays level for a constant schedule and for a single step', () => {
    expect(new Set(ratesOf({ schedule: 'constant' }, 30))).toEqual(new Set([1e-3]));
    expect(new Set(ratesOf({}, 1))).toEqual(new Set([1e-3]));
  });

  it('shows a warm-up, and the bend of a cosine', () => {
    const rates = ratesOf({ schedule: 'cosine', warmupSteps: 10 }, 64);
    expect(rates[4]).toBeCloseTo(5e-4, 12);
    expect(Math.max(...rates)).toBe(rates[9]);
    expect(rates[20]).toBeGreaterThan(1e-3 - (11 / 54) * 9.9e-4);
  });
});

describe('stepsPerEpochOf', () => {
  it('agrees with the plan of the same run', () => {
    const recipe = { ...length, epochs: 2.5, batchSize: 3 };
    const { totalSteps: step, stepsPerEpoch, epochs: epoch } = planTraining(recipe, 25);
    expect([step, stepsPerEpoch]).toEqual([23, 9]);
    const rest = { loss: 1, learningRate: 1, gradNorm: 1, tokensPerSecond: 1, elapsedMs: 1 };
    expect(stepsPerEpochOf({ lastMetric: { ...rest, step, epoch } })).toBe(9);
    expect(stepsPerEpochOf({ lastMetric: null })).toBe(0);
  });
});
