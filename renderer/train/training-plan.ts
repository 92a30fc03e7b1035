import {
  devSampleCount,
  epochStepsOf,
  stepsPerEpoch,
  totalEpochs,
  totalSteps,
  type RunLength,
} from '../../shared/domain/training-counts.ts';
import { learningRateAt } from '../../shared/domain/recipe/learning-rate.ts';
import type { Recipe } from '../../shared/domain/recipe/recipe.ts';
import type { Run } from '../../shared/domain/run.ts';

/** What a recipe means for a number of samples. */
export interface TrainingPlan {
  /** Samples to train on; the others are held out. */
  samples: number;
  heldOut: number;
  stepsPerEpoch: number;
  totalSteps: number;
  /** Passes that the steps are; the last may be a part of one. */
  epochs: number;
  /** Samples in the last batch of each epoch, which may be smaller. */
  lastBatch: number;
}

type ScheduleFields = Parameters<typeof learningRateAt>[2];

/**
 * Counts optimizer steps: `maxSteps`, or epochs × ceil(samples that are not held out / batch size).
 * `countedSamples`: what an earlier run on the same samples made of them, where that is known.
 */
export function planTraining(
  recipe: RunLength & Pick<Recipe, 'devShare'>,
  datasetSamples: number,
  countedSamples?: number,
): TrainingPlan {
  const heldOut = Math.min(datasetSamples, devSampleCount(datasetSamples, recipe.devShare));
  const samples = countedSamples ?? datasetSamples - heldOut;
  const epochSteps = stepsPerEpoch(samples, recipe);
  return {
    samples,
    heldOut,
    stepsPerEpoch: epochSteps,
    totalSteps: totalSteps(samples, recipe),
    epochs: totalEpochs(samples, recipe),
    lastBatch: samples === 0 ? 0 : samples - (epochSteps - 1) * recipe.batchSize,
  };
}

const mostPoints = 64;

/** The learning rate from the first step to the last, at up to 64 steps; `share` of the way. */
export function learningRatePoints(
  recipe: ScheduleFields,
  totalSteps: number,
): { share: number; rate: number }[] {
  const last = Math.max(1, totalSteps);
  const count = Math.min(mostPoints, Math.max(2, last));
  return Array.from({ length: count }, (_, index) => {
    const share = index / (count - 1);
    const step = 1 + Math.round(share * (last - 1));
    return { share, rate: learningRateAt(step, last, recipe) };
  });
}

/** Optimizer steps of one epoch of a stored run; 0 while the run has not counted them yet. */
export function stepsPerEpochOf({ lastMetric }: Pick<Run, 'lastMetric'>): number {
  return lastMetric ? epochStepsOf(lastMetric) : 0;
}
