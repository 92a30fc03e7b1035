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
