import type { Recipe } from './recipe.ts';

/** Optimizer steps of one epoch over `samples`; the last batch may be smaller. */
export function stepsPerEpoch(samples: number, { batchSize }: Pick<Recipe, 'batchSize'>): number {
  return Math.ceil(samples / batchSize);
}

/** Optimizer steps of a whole run over `samples`. */
export function totalSteps(samples: number, recipe: Pick<Recipe, 'batchSize' | 'epochs'>): number {
  return recipe.epochs * stepsPerEpoch(samples, recipe);
}
