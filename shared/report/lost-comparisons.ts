import type {
  EvaluationReport,
  ReportItem,
  ReportSystem,
} from '../domain/report/evaluation-report.ts';
import type { SystemKey } from '../domain/evaluate/evaluation.ts';
import { formatQuantity } from '../text/numbers.ts';

/**
 * Whose lost comparisons a person would mend: of the system that was tuned, else of the one whose
 * weights answer here, and of A where both are alike.
 */
export function tunedSystem({
  systems,
}: {
  systems: Record<SystemKey, Pick<ReportSystem, 'identities'>>;
}): SystemKey {
  const rank = (key: SystemKey) => {
    const { identities } = systems[key];
    if (identities.some(({ adapterSha256 }) => adapterSha256 !== null)) return 2;
    return identities.length > 0 ? 1 : 0;
  };
  return rank('b') > rank('a') ? 'b' : 'a';
}

/** The comparisons in which the other system's answer was preferred, in their order. */
export function lostBy(report: Pick<EvaluationReport, 'items'>, system: SystemKey): ReportItem[] {
  const winner = system === 'a' ? 'b' : 'a';
  return report.items.filter(({ verdict }) => verdict === winner);
}

/** How nearest samples were found, and what was not looked for. */
export function nearestNote(common: readonly string[]): string {
  const leftOut =
    common.length === 0
      ? ''
      : ` Left out, because too many samples have them: ${common.slice(0, 12).join(', ')}${common.length > 12 ? ' …' : ''}.`;
  return `Found by the words they share with the prompt (full text, BM25), best first.${leftOut}`;
}

/** How nearest samples were found by the vectors of a model. */
export const meaningNote = (accepted: number): string =>
  `Found by what the prompts say (vectors of the chosen model, standardized, by cosine), best first, among ${formatQuantity(accepted, 'accepted sample')}.`;

/** Said where there is nothing to be near. */
export const noAccepted = 'No sample is accepted yet.';

/** Said where no accepted sample shares a word with a prompt. */
export const noNearest =
  'No accepted sample shares a word with this prompt that tells anything: nothing like it was trained.';

/** What a sample with the words of a test prompt does to the test. */
export const testPromptCaution =
  'Trained on its own words, this prompt tests nothing any more: write the sample about the same ' +
  'skill in other words, or evaluate the next run on other prompts.';
