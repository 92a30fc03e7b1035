import type { Recipe } from './recipe.ts';

/** Tokens of one training sequence with a mark each: 1 for those that the loss is on. */
export interface MarkedTokens {
  trained: ArrayLike<number>;
}

/** True for a token that counts in the loss. The first one never does: nothing predicts it. */
export function isTrained({ trained }: MarkedTokens, index: number): boolean {
  return index > 0 && trained[index] === 1;
}

/** Number of tokens of a sequence that count in the loss. */
export function countTrained(sequence: MarkedTokens): number {
  let count = 0;
  for (let index = 0; index < sequence.trained.length; index++)
    if (isTrained(sequence, index)) count++;
  return count;
}

/** The same over many sequences. */
export function countAllTrained(sequences: readonly MarkedTokens[]): number {
  return sequences.reduce((sum, sequence) => sum + countTrained(sequence), 0);
}

/** Optimizer steps of one epoch over `samples`; the last batch may be smaller. */
export function stepsPerEpoch(samples: number, { batchSize }: Pick<Recipe, 'batchSize'>): number {
  return Math.ceil(samples / batchSize);
}

/** Optimizer steps of a whole run over `samples`. */
export function totalSteps(samples: number, recipe: Pick<Recipe, 'batchSize' | 'epochs'>): number {
  return recipe.epochs * stepsPerEpoch(samples, recipe);
}

/** Fewest samples of which some can be held out while others are trained on. */
const fewestSplitSamples = 2;

/** How many of `samples` a share (0 to 0.5) holds out: the nearest number, at least one unless the share is 0. */
export function devSampleCount(samples: number, devShare: number): number {
  return devShare === 0 ? 0 : Math.max(1, Math.round(samples * devShare));
}

/** Why a share cannot be held out of so few samples, and what to do; empty when it can. */
export function devShareProblem(samples: number, devShare: number): string {
  if (devShare === 0 || samples >= fewestSplitSamples) return '';
  return (
    `Of ${samples} ${samples === 1 ? 'sample' : 'samples'} none can be held out for the dev loss: ` +
    `set devShare to 0, or take a dataset of at least ${fewestSplitSamples} samples`
  );
}

/** Why a run over so many samples cannot have this warm-up, and what to do; empty when it can. */
export function warmupProblem(
  samples: number,
  recipe: Pick<Recipe, 'batchSize' | 'epochs' | 'devShare' | 'warmupSteps'>,
): string {
  const steps = totalSteps(samples - devSampleCount(samples, recipe.devShare), recipe);
  if (recipe.warmupSteps <= steps) return '';
  return (
    `warmupSteps is ${recipe.warmupSteps}, and the whole run has ${steps} ` +
    `${steps === 1 ? 'step' : 'steps'}: the learning rate would never be reached. Set warmupSteps to at most ${steps}`
  );
}
