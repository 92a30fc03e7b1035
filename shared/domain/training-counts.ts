import type { Recipe } from './recipe/recipe.ts';

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

/** The fields of a recipe that say how long a run is. */
export type RunLength = Pick<Recipe, 'batchSize' | 'epochs' | 'maxSteps'>;

/** Products of two numbers such as 0.07 × 100 come out a little too large: no step is begun for that. */
const roundingError = 1e-12;

/**
 * Optimizer steps of a whole run over `samples`: `maxSteps`, or those of its epochs, a part of an
 * epoch rounded up to a whole step, as Hugging Face counts them.
 */
export function totalSteps(samples: number, recipe: RunLength): number {
  const perEpoch = stepsPerEpoch(samples, recipe);
  if (perEpoch === 0) return 0;
  return recipe.maxSteps || Math.ceil(recipe.epochs * perEpoch * (1 - roundingError));
}

/** Passes that these steps are, the last of them perhaps a part of one. */
export function totalEpochs(samples: number, recipe: RunLength): number {
  const perEpoch = stepsPerEpoch(samples, recipe);
  return perEpoch === 0 ? 0 : totalSteps(samples, recipe) / perEpoch;
}

/** How far a run is: its last step, and the passes that were done with it. */
interface Progress {
  step: number;
  epoch: number;
}

/** Optimizer steps of one epoch of a run, as a step of it tells. */
export const epochStepsOf = ({ step, epoch }: Progress): number =>
  epoch > 0 ? Math.round(step / epoch) : 0;

/** Passes of a whole run of so many steps, as a step of it tells. */
export function epochsOfRun(progress: Progress, totalSteps: number): number {
  const perEpoch = epochStepsOf(progress);
  return perEpoch === 0 ? 0 : totalSteps / perEpoch;
}

/** Fewest samples of which some can be held out while others are trained on. */
const fewestSplitSamples = 2;

/** How many of `samples` a share (0 to 0.5) holds out: the nearest number, at least one unless the share is 0. */
export function devSampleCount(samples: number, devShare: number): number {
  return devShare === 0 ? 0 : Math.max(1, Math.round(samples * devShare));
}

/** Whether the trainer may get more samples than a dataset has: only their encoding tells. */
export const maySamplesGrow = ({
  overlong,
  droppedThinking,
}: Pick<Recipe, 'overlong' | 'droppedThinking'>): boolean =>
  overlong === 'split' || droppedThinking === 'perAnswer';

/** Why a share cannot be held out of so few samples, and what to do; empty when it can. */
export function devShareProblem(samples: number, devShare: number): string {
  if (devShare === 0 || samples >= fewestSplitSamples) return '';
  return (
    `Of ${samples} ${samples === 1 ? 'sample' : 'samples'} none can be held out for the dev loss: ` +
    `set devShare to 0, or take a dataset of at least ${fewestSplitSamples} samples`
  );
}

/**
 * Why a run cannot have this warm-up, and what to do; empty when it can. `samples` are those that
 * the trainer gets: some are held out, left out, or become several.
 */
export function warmupProblem(
  samples: number,
  recipe: RunLength & Pick<Recipe, 'warmupSteps'>,
): string {
  const steps = totalSteps(samples, recipe);
  if (recipe.warmupSteps <= steps) return '';
  return (
    `warmupSteps is ${recipe.warmupSteps}, and the whole run has ${steps} ` +
    `${steps === 1 ? 'step' : 'steps'}: the learning rate would never be reached. Set warmupSteps to at most ${steps}`
  );
}
