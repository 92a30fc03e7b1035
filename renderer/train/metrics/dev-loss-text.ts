import type { DevLoss } from '../../../shared/domain/run.ts';

/** Why the dev loss is shown and decides nothing. */
export const devLossHelp =
  'LIMA found that perplexity (the exponential of this loss) does not follow the quality of ' +
  'the answers: on held-out samples it rose while the answers got better. So it is shown and never ' +
  'stops a run; choose a checkpoint by reading its answers.';

/** The newest dev loss that was there when a step was done. */
export function devLossAt(losses: readonly DevLoss[], step: number): DevLoss | undefined {
  return losses.findLast((one) => one.step <= step);
}
