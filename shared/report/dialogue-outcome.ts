import type {
  DialogueOutcome,
  EvaluationReport,
  ReportItem,
} from '../domain/report/evaluation-report.ts';
import { promptWords } from '../domain/evaluate/evaluation.ts';
import { clusteredSummary } from '../stats/clustered-summary.ts';
import { displayLine } from '../text/foreign-text.ts';
import { formatCount, formatEstimate, formatP } from '../text/numbers.ts';
import type { ReportTable } from './report-figures.ts';

/** What was preferred in dialogues, each judged as a whole; null where none is compared. */
export function dialogueOutcome(items: readonly ReportItem[]): DialogueOutcome | null {
  const dialogues = items.filter(({ a }) => a.turns.length > 0);
  if (dialogues.length === 0) return null;
  const lengths = dialogues.map(({ a }) => a.turns.length);
  return {
    comparisons: dialogues.length,
    turns: lengths.reduce((sum, length) => sum + length, 0),
    shortest: Math.min(...lengths),
    longest: Math.max(...lengths),
    statistics: clusteredSummary(
      dialogues.flatMap(({ verdict, prompt }) =>
        verdict === null ? [] : [{ verdict, prompt: promptWords(prompt) }],
      ),
    ),
  };
}

/** The preferences of evaluations in dialogues, a row each; null where none compares any. */
export function dialogueTable(reports: readonly EvaluationReport[]): ReportTable | null {
  const rows = reports.flatMap(({ systems, dialogues }) => {
    if (dialogues === null) return [];
    const { comparisons, turns, statistics } = dialogues;
    return [
      [
        `${displayLine(systems.a.name)} against ${displayLine(systems.b.name)}`,
        formatCount(comparisons),
        formatCount(turns),
        statistics === null
          ? '–'
          : `${statistics.wins} / ${statistics.ties} / ${statistics.losses}`,
        statistics === null ? '–' : formatEstimate(statistics.winPlusHalfTie),
        statistics === null ? '–' : formatP(statistics.signTestP),
      ],
    ];
  });
  if (rows.length === 0) return null;
  return {
    columns: [
      'Systems',
      'Dialogues',
      'Turns of each',
      'Win / tie / lose',
      'Win + ½ tie',
      'Sign test p',
    ],
    rows,
  };
}

/** How dialogues were asked and judged, for the methods; empty where there are none. */
export function dialogueSentence(dialogues: DialogueOutcome | null): string {
  if (dialogues === null) return '';
  const { comparisons, turns, shortest, longest } = dialogues;
  const range = shortest === longest ? String(shortest) : `${shortest} to ${longest}`;
  return (
    `${formatCount(comparisons)} of the comparisons are of dialogues of ${range} user turns ` +
    `(${formatCount(turns)} in all), which each system was asked one after another on its own ` +
    'answers; each pair of dialogues was judged as a whole.'
  );
}
