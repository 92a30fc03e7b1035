import type { RunMemory } from '../domain/memory-plan.ts';
import type { TimeEstimate } from '../domain/runs/time-estimate.ts';
import { type RunLength, totalSteps } from '../domain/training-counts.ts';
import type { DevLoss, EncodeReport, Run } from '../domain/run.ts';
import { formatBytes, formatCount, formatQuantity } from './numbers.ts';

/** A learning rate as it is typed, by default with three digits: `1e-4`, `2.5e-5`, `0.02`. */
export function formatRate(rate: number, digits = 3): string {
  if (rate === 0 || rate >= 0.01) return String(Number(rate.toPrecision(digits)));
  return rate.toExponential(digits - 1).replace(/\.?0+e/, 'e');
}

/** A loss in nats per trained token; `unknown` before the first one. */
export function formatLoss(loss: number | undefined): string {
  if (loss === undefined) return 'unknown';
  return Number.isFinite(loss) ? loss.toFixed(4) : 'not a number';
}

/** Where a stopped run would go on. */
export function describeResume(run: Pick<Run, 'savedStep' | 'lastMetric'>): string {
  const lost = Math.max(0, (run.lastMetric?.step ?? 0) - run.savedStep);
  if (run.savedStep === 0)
    return lost > 0
      ? 'No checkpoint was written yet: it would start again from the first step.'
      : 'It would start with the first step.';
  const saved = `Resumed, it goes on after step ${formatCount(run.savedStep)}.`;
  if (lost === 0) return `${saved} Nothing is done twice.`;
  return `${saved} ${formatCount(lost)} later ${lost === 1 ? 'step is' : 'steps are'} repeated.`;
}

/** What a dev loss belongs to: the base before the first step, or an epoch. */
const momentOf = ({ epoch }: DevLoss) => (epoch === 0 ? 'before training' : `after epoch ${epoch}`);

/** The course of the dev loss in a sentence; empty without one. */
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

/** How many samples of a run are measured and not trained on. */
export function heldOutText({ encodeReport }: Pick<Run, 'encodeReport'>): string {
  return formatQuantity(encodeReport?.heldOut.samples ?? 0, 'held-out sample');
}

/** Planned and measured memory of a run: `1.25 GiB planned, 1.21 GiB measured`. */
export function describeRunMemory({ plannedBytes, peakBytes }: RunMemory): string {
  return `${formatBytes(plannedBytes, 2)} planned, ${formatBytes(peakBytes, 2)} measured`;
}

/** How many samples became one per answer, and how many they are now; empty without any. */
export function perAnswerText(perAnswer: EncodeReport['perAnswer']): string {
  if (perAnswer.length === 0) return '';
  const sequences = perAnswer.reduce((sum, one) => sum + one.sequences, 0);
  return (
    `${formatQuantity(perAnswer.length, 'sample')} became ${formatQuantity(sequences, 'sample')}, one per answer: ` +
    'the template drops the thinking of earlier answers, and each is trained with its own.'
  );
}

/** Said before a run whose samples may become one per answer; empty where none does. */
export function moreSamplesText(
  { samplesLow, samplesHigh }: Pick<TimeEstimate, 'samplesLow' | 'samplesHigh'>,
  recipe: RunLength,
): string {
  if (samplesHigh <= samplesLow) return '';
  return (
    `Some samples think before an earlier answer. Where the template drops that, each becomes one per answer: ` +
    `up to ${formatQuantity(samplesHigh, 'sample')} and ${formatQuantity(totalSteps(samplesHigh, recipe), 'step')}.`
  );
}
