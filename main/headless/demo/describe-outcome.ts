import type {
  EvaluationReport,
  PreferenceSummary,
} from '../../../shared/domain/report/evaluation-report.ts';
import { headline } from '../../../shared/report/report-figures.ts';
import { formatQuantity, formatShare } from '../../../shared/text/numbers.ts';
import { previewLine } from '../../../shared/text/foreign-text.ts';
import { formatLoss } from '../../../shared/text/training.ts';
import type { HeldOutAccuracy } from './held-out.ts';
import type { PipelineResult } from './run-pipeline.ts';

/** What the demo found, for its last page. */
export interface DemoOutcome extends PipelineResult {
  heldOut: HeldOutAccuracy;
  report: EvaluationReport;
  reportFiles: string[];
}

const shownAnswers = 5;

const answerCharacters = 70;

const share = (value: number) => formatShare(value, 1);

/** The demo's last page: what was taught, what each system answers, and the verdict. */
export function describeOutcome(outcome: DemoOutcome): string {
  const { heldOut, report, reportFiles } = outcome;
  return [
    '',
    ...trainingLines(outcome),
    '',
    ...answerLines(report),
    '',
    `Correct answers to ${heldOut.questions} questions on countries that no sample mentions: ` +
      `${share(heldOut.before)} before, ${share(heldOut.after)} after.`,
    '',
    headline(report),
    ...(report.statistics ? statisticsLines(report.statistics) : []),
    '',
    ...reportFiles.map((file) => `Report ${file}`),
  ].join('\n');
}

function trainingLines({ run, imports }: DemoOutcome): string[] {
  const { name, totalSteps, lastMetric, checkpoints } = run;
  return [
    `Imported ${imports.map((one) => `${one.added} (${one.format})`).join(' and ')} samples.`,
    `Run “${name}”: ${formatQuantity(totalSteps, 'step')}, loss ${formatLoss(lastMetric?.loss)}, ` +
      `${formatQuantity(checkpoints.length, 'checkpoint')}.`,
  ];
}

/** The first answers of both systems, and how many more there are. */
function answerLines({ items }: EvaluationReport): string[] {
  const shown = items.slice(0, shownAnswers);
  return [
    ...shown.flatMap(({ prompt, a, b }) => [
      `  ${prompt.at(-1)?.content ?? ''}`,
      `    tuned: ${previewLine(a.output, answerCharacters)}`,
      `    base:  ${previewLine(b.output, answerCharacters)}`,
    ]),
    `  … and ${items.length - shown.length} more`,
  ];
}

function statisticsLines(statistics: PreferenceSummary): string[] {
  const { winPlusHalfTie: half, winRate } = statistics;
  return [
    `win ${statistics.wins} · tie ${statistics.ties} · lose ${statistics.losses}`,
    `win + ½ tie ${share(half.value)}, 95 % interval ${share(half.lower)} to ${share(half.upper)}`,
    `win rate ${share(winRate.value)}, Wilson ${share(winRate.lower)} to ${share(winRate.upper)}`,
    `exact sign test p = ${statistics.signTestP.toPrecision(2)}`,
  ];
}
