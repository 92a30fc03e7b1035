import type { PreferenceSummary } from '../../../shared/domain/evaluation-report.ts';
import { headline } from '../../../shared/report/report-figures.ts';
import type { EvaluationReport } from '../../../shared/domain/evaluation-report.ts';
import type { HeldOutAccuracy } from './held-out.ts';
import type { PipelineResult } from './run-pipeline.ts';

/** What the demo found, for its last page. */
export interface DemoOutcome extends PipelineResult {
  heldOut: HeldOutAccuracy;
  report: EvaluationReport;
  reportFiles: string[];
}

const share = (value: number) => `${(value * 100).toFixed(1)} %`;

/** The demo's last page: what was taught, what each system answers, and the verdict. */
export function describeOutcome(outcome: DemoOutcome): string {
  const { run, imports, heldOut, report, reportFiles } = outcome;
  const { statistics } = report;
  const answers = report.items
    .slice(0, 5)
    .map(({ prompt, a, b }) =>
      [
        `  ${prompt.at(-1)?.content ?? ''}`,
        `    tuned: ${oneLine(a.output)}`,
        `    base:  ${oneLine(b.output)}`,
      ].join('\n'),
    );
  return [
    '',
    `Imported ${imports.map((one) => `${one.added} (${one.format})`).join(' and ')} samples.`,
    `Run “${run.name}”: ${run.totalSteps} steps, loss ${run.lastMetric?.loss.toFixed(4) ?? 'unknown'}, ` +
      `${run.checkpoints.length} checkpoints.`,
    '',
    ...answers,
    `  … and ${report.items.length - answers.length} more`,
    '',
    `Correct answers to ${heldOut.questions} questions on countries that no sample mentions: ` +
      `${share(heldOut.before)} before, ${share(heldOut.after)} after.`,
    '',
    headline(report),
    ...(statistics ? statisticsLines(statistics) : []),
    '',
    ...reportFiles.map((file) => `Report ${file}`),
  ].join('\n');
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

/** Model output on one line without control characters, cut to the width of a terminal. */
function oneLine(text: string): string {
  const clean = text.replaceAll(/[\p{C}\s]+/gu, ' ').trim();
  return clean.length > 70 ? `${clean.slice(0, 70)}…` : clean;
}
