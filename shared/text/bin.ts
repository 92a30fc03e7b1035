import type { BinPlan, EmptyBinPlan } from '../contract/bin.ts';
import type { EmptiedBin } from '../contract/job-kinds.ts';
import { previewLine } from './foreign-text.ts';
import { formatBytes, formatCount, formatQuantity } from './numbers.ts';

/** A few datasets by name, with how many of the samples each holds. */
function datasetNames(datasets: BinPlan['datasets']): string {
  const shown = datasets
    .slice(0, 3)
    .map(({ name, samples }) => `“${previewLine(name, 40)}” ${formatCount(samples)}`);
  const more = datasets.length - shown.length;
  return [...shown, ...(more > 0 ? [`${formatCount(more)} more`] : [])].join(', ');
}

const held = ({ frozen, datasets }: Pick<BinPlan, 'frozen' | 'datasets'>) =>
  `${formatCount(frozen)} ${frozen === 1 ? 'is' : 'are'} in ${formatQuantity(datasets.length, 'frozen dataset')} (${datasetNames(datasets)})`;

/** What moving samples into the bin does, a sentence each. */
export function binPlanLines(plan: BinPlan): string[] {
  if (plan.samples === 0) return ['None of these samples is outside the bin.'];
  const isOne = plan.samples === 1;
  const lines = [
    isOne
      ? 'It leaves every list and count, and no dataset to come has it.'
      : 'They leave every list and count, and no dataset to come has them.',
  ];
  if (plan.frozen > 0)
    lines.push(
      `${held(plan)}, which ${plan.datasets.length === 1 ? 'keeps' : 'keep'} ${plan.frozen === 1 ? 'it as it was' : 'them as they were'} frozen.`,
    );
  lines.push(`It can be undone, and ${isOne ? 'it' : 'they'} can be restored from the bin.`);
  return lines;
}

/** What emptying the bin does, a sentence each. */
export function emptyBinLines(plan: EmptyBinPlan): string[] {
  const { samples, frozen, freesBytes } = plan;
  const stays = `${held(plan)}, and ${frozen === 1 ? 'stays' : 'stay'} in the bin.`;
  if (samples === 0) return frozen > 0 ? [stays] : ['The bin is empty.'];
  const isOne = samples === 1;
  return [
    isOne
      ? 'It goes for good, with its versions and reviews. No import and no older copy of the project brings it back; only a backup does.'
      : 'They go for good, with their versions and reviews. No import and no older copy of the project brings them back; only a backup does.',
    ...(frozen > 0 ? [stays] : []),
    `About ${formatBytes(freesBytes)} of the project’s file become free for what is added next; the file itself stays as large as it is.`,
  ];
}

/** What emptying the bin did: `12 samples deleted for good, 3 kept for datasets`. */
export function emptiedText({ emptied, kept, freedBytes }: EmptiedBin): string {
  const stayed = kept > 0 ? `, ${formatCount(kept)} kept for datasets` : '';
  return `${formatQuantity(emptied, 'sample')} deleted for good${stayed}; ${formatBytes(freedBytes)} free in the file`;
}
