/** Losses at the two ends of a run whose loss grew and stayed high. */
export interface GrownLoss {
  first: number;
  last: number;
}

/** Beyond this the difference is no noise of small batches. */
const grownFactor = 1.1;
const fewestSteps = 4;
const mostFirstSteps = 5;

/**
 * Whether a run ended with a loss that is clearly above that of its first steps; null when it did
 * not. The last quarter counts as a whole: a single bad batch at the end says nothing.
 */
export function grownLoss(losses: readonly number[]): GrownLoss | null {
  if (losses.length < fewestSteps) return null;
  const quarter = Math.floor(losses.length / 4);
  const first = mean(losses.slice(0, Math.min(quarter, mostFirstSteps)));
  const last = mean(losses.slice(-quarter));
  return last > first * grownFactor ? { first, last } : null;
}

const mean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
