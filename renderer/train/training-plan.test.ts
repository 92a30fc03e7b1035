import { describe, expect, it } from 'vitest';
import { checkedRecipeSchema } from '../../shared/domain/recipe.ts';
import { learningRateEnds, planTraining, stepsPerEpochOf } from './training-plan.ts';

describe('planTraining', () => {
  it('counts the smaller last batch as a step of its own', () => {
    expect(planTraining({ epochs: 15, batchSize: 32 }, 1030)).toEqual({
      stepsPerEpoch: 33,
      totalSteps: 495,
      lastBatch: 6,
    });
  });

  it('does not add an empty batch when the samples divide evenly', () => {
    const plan = planTraining({ epochs: 3, batchSize: 8 }, 16);
    expect(plan).toEqual({ stepsPerEpoch: 2, totalSteps: 6, lastBatch: 8 });
  });

  it('takes one step an epoch when the batch is larger than the dataset', () => {
    const plan = planTraining({ epochs: 2, batchSize: 32 }, 10);
    expect(plan).toEqual({ stepsPerEpoch: 1, totalSteps: 2, lastBatch: 10 });
  });
});

describe('learningRateEnds', () => {
  const recipe = checkedRecipeSchema.parse({ learningRate: 1e-3, minLearningRate: 1e-5 });

  it('ends at the final rate', () => {
    expect(learningRateEnds(recipe, 30)).toEqual({ first: 1e-3, last: 1e-5 });
  });

  it('does not promise a fall that a constant schedule or a single step does not have', () => {
    expect(learningRateEnds({ ...recipe, schedule: 'constant' }, 30).last).toBe(1e-3);
    expect(learningRateEnds(recipe, 1).last).toBe(1e-3);
  });
});

describe('stepsPerEpochOf', () => {
  it('agrees with the plan of the same run', () => {
    const recipe = { epochs: 7, batchSize: 4 };
    const { totalSteps, stepsPerEpoch } = planTraining(recipe, 10);
    expect(stepsPerEpochOf({ totalSteps, recipe })).toBe(stepsPerEpoch);
  });
});
