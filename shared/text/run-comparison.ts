import { formatBytes, formatCount, formatDuration, formatQuantity } from './numbers.ts';
import { formatLoss } from './training.ts';
import type {
  ComparedRun,
  ComparisonFormat,
  CurvePoint,
  RunComparison,
} from '../domain/runs/run-comparison.ts';

const known = <Value>(value: Value | null, text: (value: Value) => string): string =>
  value === null ? '' : text(value);

/** The results of a run that are compared, with their words; empty where nobody knows. */
export const resultRows: readonly { label: string; textOf: (run: ComparedRun) => string }[] = [
  { label: 'State', textOf: ({ state }) => state },
  {
    label: 'Steps',
    textOf: ({ steps, totalSteps }) => `${formatCount(steps)} of ${formatCount(totalSteps)}`,
  },
  { label: 'Loss, last epoch', textOf: ({ lastLoss }) => known(lastLoss, formatLoss) },
  { label: 'Loss, best epoch', textOf: ({ bestLoss }) => known(bestLoss, formatLoss) },
  { label: 'Dev loss, last', textOf: ({ lastDevLoss }) => known(lastDevLoss, formatLoss) },
  {
    label: 'Dev loss, best',
    textOf: ({ bestDevLoss, bestDevEpoch }) =>
      known(bestDevLoss, (loss) => `${formatLoss(loss)} (${momentOf(bestDevEpoch)})`),
  },
  {
    label: 'Tokens/s',
    textOf: ({ tokensPerSecond }) =>
      known(tokensPerSecond, (speed) => formatCount(Math.round(speed))),
  },
  { label: 'Time', textOf: ({ elapsedMs }) => known(elapsedMs, formatDuration) },
  {
    label: 'Memory',
    textOf: ({ peakBytes, device }) =>
      known(peakBytes, (bytes) => `${formatBytes(bytes)} of ${device ?? 'unknown'}`),
  },
  { label: 'Votes', textOf: ({ evaluations }) => evaluations.map(votesText).join('\n') },
  { label: 'Right answers', textOf: (run) => run.evaluations.flatMap(accuracyText).join('\n') },
  { label: 'Still blind', textOf: ({ blindEvaluations }) => blindText(blindEvaluations) },
];

const momentOf = (epoch: number | null) => (epoch === 0 ? 'before training' : `epoch ${epoch}`);

type Outcome = ComparedRun['evaluations'][number];

const votesText = ({ name, epoch, against, basis, wins, ties, losses }: Outcome) =>
  `${name}: epoch ${epoch} against ${against} ` +
  (basis === 'none'
    ? 'has no vote'
    : `won ${wins}, tied ${ties}, lost ${losses}${basis === 'human' ? '' : ` by ${basis}`}`);

const accuracyText = ({ name, epoch, correct, expected }: Outcome) =>
  expected === 0 ? [] : [`${name}: epoch ${epoch} ${correct} of ${expected}`];

const blindText = (count: number) => (count === 0 ? '' : formatQuantity(count, 'evaluation'));

/** What two runs that differ in dialogues alone are good for, in LIMA's words. */
export function dialogueStepText({ runs, dialogueStep }: RunComparison): string {
  if (dialogueStep === null) return '';
  const nameOf = (id: string) => runs.find((run) => run.id === id)?.name ?? '';
  const { withId, withoutId, more, fewer } = dialogueStep;
  const but = fewer === 0 ? '' : `, and ${formatQuantity(fewer, 'other one')} less`;
  return (
    `“${nameOf(withId)}” was trained on ${formatQuantity(more, 'dialogue')} more than ` +
    `“${nameOf(withoutId)}”${but}, and on nothing else that differs: LIMA’s comparison of zero-shot dialogue ` +
    'with 30 dialogues more.'
  );
}

/** Text as one cell of CSV; what a spreadsheet would take for a formula is kept from it. */
export function csvCell(value: string | number | null): string {
  if (typeof value !== 'string') return value === null ? '' : String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const csvLines = (rows: readonly (readonly (string | number | null)[])[]) =>
  rows.map((row) => `${row.map(csvCell).join(',')}\r\n`).join('');

/** The numbers of a run in the CSV of results, beside the settings in which runs differ. */
const resultColumns = [
  'name',
  'state',
  'steps',
  'totalSteps',
  'lastLoss',
  'bestLoss',
  'lastDevLoss',
  'bestDevLoss',
  'bestDevEpoch',
  'tokensPerSecond',
  'elapsedMs',
  'peakBytes',
  'device',
] as const;

const sumOf = (run: ComparedRun, key: 'wins' | 'ties' | 'losses' | 'correct' | 'expected') =>
  run.evaluations.reduce((sum, outcome) => sum + outcome[key], 0);
const sums = ['wins', 'ties', 'losses', 'correct', 'expected'] as const;

/** The results as CSV (RFC 4180): a line per run, with the settings in which they differ. */
export function resultsCsv({ runs, settings }: RunComparison): string {
  return csvLines([
    [...resultColumns, ...sums, ...settings.map(({ key }) => key)],
    ...runs.map((run, index) => [
      ...resultColumns.map((column) => run[column]),
      ...sums.map((key) => sumOf(run, key)),
      ...settings.map(({ values }) => values[index] ?? null),
    ]),
  ]);
}

const curveLine = (run: ComparedRun, kind: string, point: CurvePoint) => [
  run.name,
  kind,
  point.step,
  point.epoch,
  point.tokens,
  point.elapsedMs,
  point.loss,
];

/** The curves as CSV: a line per point, of every run one after the other. */
export function curvesCsv({ runs }: RunComparison): string {
  return csvLines([
    ['run', 'kind', 'step', 'epoch', 'tokens', 'elapsedMs', 'loss'],
    ...runs.flatMap((run) => [
      ...run.curve.map((point) => curveLine(run, 'training loss', point)),
      ...run.devCurve.map((point) => curveLine(run, 'dev loss', point)),
    ]),
  ]);
}

/** How each form is written, and what its file is called. */
export const comparisonFiles: Readonly<
  Record<
    ComparisonFormat,
    { fileName: string; mediaType: string; write: (comparison: RunComparison) => string }
  >
> = {
  csv: { fileName: 'runs-compared.csv', mediaType: 'text/csv', write: resultsCsv },
  'curves-csv': { fileName: 'run-curves.csv', mediaType: 'text/csv', write: curvesCsv },
  json: {
    fileName: 'runs-compared.json',
    mediaType: 'application/json',
    write: (comparison) => `${JSON.stringify(comparison, null, 2)}\n`,
  },
};
