import type { JobState } from '../job.ts';
import type { Run } from '../run.ts';

/** Orders of a list of runs. */
export const runOrders = ['newest', 'oldest', 'name', 'loss', 'dev-loss', 'time'] as const;
/** An order of a list of runs; those without the number come last. */
export type RunOrder = (typeof runOrders)[number];

/** Which runs of a list are shown, and in which order. */
export interface RunFilter {
  /** Words that all stand in the name, the model's or the dataset's, whatever their case. */
  text: string;
  state: JobState | 'all';
  order: RunOrder;
}

/** Every run, newest first. */
export const everyRun: RunFilter = { text: '', state: 'all', order: 'newest' };

/** The runs of a list that is newest first which a filter lets through, in its order. */
export function filterRuns(runs: readonly Run[], { text, state, order }: RunFilter): Run[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = runs.filter((run) => {
    const said = `${run.name}\n${run.modelName}\n${run.datasetName}`.toLowerCase();
    return (state === 'all' || run.state === state) && words.every((word) => said.includes(word));
  });
  if (order === 'newest') return shown;
  if (order === 'oldest') return shown.toReversed();
  if (order === 'name') return shown.toSorted((a, b) => a.name.localeCompare(b.name, 'en'));
  const numberOf = numbers[order];
  return shown.toSorted((a, b) => numberOf(a) - numberOf(b) || 0);
}

const orLast = (value: number | undefined) =>
  value === undefined || !Number.isFinite(value) ? Number.MAX_VALUE : value;

const numbers: Record<'loss' | 'dev-loss' | 'time', (run: Run) => number> = {
  loss: ({ checkpoints }) => orLast(checkpoints.at(-1)?.meanLoss),
  'dev-loss': ({ devLosses }) => orLast(Math.min(...devLosses.map(({ loss }) => loss))),
  time: ({ lastMetric }) => orLast(lastMetric?.elapsedMs),
};
