import type { Recipe } from './recipe.ts';

type ScheduleFields = Pick<Recipe, 'schedule' | 'learningRate' | 'minLearningRate' | 'warmupSteps'>;

/**
 * Learning rate of step 1 … totalSteps. It rises over `warmupSteps` as step / warmupSteps (LIMA,
 * section 3: none), then goes from learningRate at the first step after them to minLearningRate at
 * the last, on a straight line or on half a cosine; a run of one step uses the first.
 */
export function learningRateAt(step: number, totalSteps: number, recipe: ScheduleFields): number {
  const { schedule, learningRate, minLearningRate, warmupSteps } = recipe;
  if (step < 1 || step > totalSteps)
    throw new RangeError(`Step ${step} is outside of 1 to ${totalSteps}`);
  if (step <= warmupSteps) return (learningRate * step) / warmupSteps;
  const first = Math.max(1, warmupSteps);
  if (schedule === 'constant' || totalSteps === first) return learningRate;
  const progress = (step - first) / (totalSteps - first);
  const share = schedule === 'linear' ? progress : (1 - Math.cos(Math.PI * progress)) / 2;
  return learningRate + (minLearningRate - learningRate) * share;
}
