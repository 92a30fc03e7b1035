import type { DevLoss, Run } from '../../../shared/domain/run.ts';
import { formatQuantity } from '../../ui/format.ts';
import { formatLoss } from '../run-text.ts';

/** Why the dev loss is shown and decides nothing. */
export const devLossHelp =
  'LIMA found that perplexity (the exponential of this loss) does not follow the quality of ' +
  'the answers: on held-out samples it rose while the answers got better. So it is shown and never ' +
  'stops a run; choose a checkpoint by reading its answers.';

/** What a dev loss belongs to: the base before the first step, or an epoch. */
const momentOf = ({ epoch }: DevLoss) => (epoch === 0 ? 'before training' : `after epoch ${epoch}`);

/** The course of the dev loss in a sentence, for those who do not see the chart; empty without one. */
export function describeDevLosses(losses: readonly DevLoss[]): string {
  const [first] = losses;
  const last = losses.at(-1);
  if (!first || !last) return '';
  const start = `${formatLoss(first.loss)} ${momentOf(first)}`;
  if (first === last) return `Dev loss ${start}.`;
  const lowest = losses.reduce((least, one) => (one.loss < least.loss ? one : least));
  const course = `Dev loss from ${start} to ${formatLoss(last.loss)} ${momentOf(last)}`;
  return `${course}, lowest ${formatLoss(lowest.loss)} ${momentOf(lowest)}.`;
}

/** The newest dev loss that was there when a step was done. */
export function devLossAt(losses: readonly DevLoss[], step: number): DevLoss | undefined {
  return losses.findLast((one) => one.step <= step);
}

/** How many samples of a run are measured and not trained on, in words. */
export function heldOutText({ encodeReport }: Pick<Run, 'encodeReport'>): string {
  return formatQuantity(encodeReport?.heldOut.samples ?? 0, 'held-out sample');
}
