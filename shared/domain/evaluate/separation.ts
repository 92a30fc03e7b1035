/** Votes between two counts: a number that moved with each vote would tell whom it was for. */
const separationStep = 25;

/** So many of the votes are counted while it is blind: whole steps of them. */
export const wholeSteps = (votes: number): number =>
  Math.floor(votes / separationStep) * separationStep;
