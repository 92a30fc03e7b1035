import type { Recipe } from '../../shared/domain/recipe.ts';

/** What a recipe means for a number of samples. */
export interface TrainingPlan {
  stepsPerEpoch: number;
  totalSteps: number;
  /** Samples in the last batch of each epoch, which may be smaller. */
  lastBatch: number;
}

type BatchFields = Pick<Recipe, 'epochs' | 'batchSize'>;
type ScheduleFields = Pick<Recipe, 'schedule' | 'learningRate' | 'minLearningRate'>;

/** Counts optimizer steps: epochs × ceil(samples / batch size). */
export function planTraining(recipe: BatchFields, samples: number): TrainingPlan {
  const stepsPerEpoch = Math.ceil(samples / recipe.batchSize);
  return {
    stepsPerEpoch,
    totalSteps: recipe.epochs * stepsPerEpoch,
    lastBatch: samples === 0 ? 0 : samples - (stepsPerEpoch - 1) * recipe.batchSize,
  };
}

/**
 * The learning rate at the first and the last step. The trainer draws a straight line between
 * them, without warm-up; a run of one step uses the first.
 */
export function learningRateEnds(
  recipe: ScheduleFields,
  totalSteps: number,
): { first: number; last: number } {
  const isFlat = recipe.schedule === 'constant' || totalSteps <= 1;
  return {
    first: recipe.learningRate,
    last: isFlat ? recipe.learningRate : recipe.minLearningRate,
  };
}

/** Optimizer steps of one epoch of a stored run; 0 while the run has not counted them yet. */
export function stepsPerEpochOf(run: { totalSteps: number; recipe: BatchFields }): number {
  return run.totalSteps / run.recipe.epochs;
}
