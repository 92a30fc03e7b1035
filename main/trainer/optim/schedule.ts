import type { Recipe } from '../../../shared/domain/recipe.ts';

type ScheduleFields = Pick<Recipe, 'schedule' | 'learningRate' | 'minLearningRate'>;

/**
 * Learning rate of step 1 … totalSteps. `linear` goes from learningRate at the first step to
 * minLearningRate at the last, without warm-up (LIMA, section 3); a run of one step uses the first.
 */
export function learningRateAt(step: number, totalSteps: number, recipe: ScheduleFields): number {
  const { schedule, learningRate, minLearningRate } = recipe;
  if (step < 1 || step > totalSteps)
    throw new RangeError(`Step ${step} is outside of 1 to ${totalSteps}`);
  if (schedule === 'constant' || totalSteps === 1) return learningRate;
  const progress = (step - 1) / (totalSteps - 1);
  return learningRate + (minLearningRate - learningRate) * progress;
}
