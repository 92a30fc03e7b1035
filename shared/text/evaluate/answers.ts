import type { AnswersImport } from '../../contract/evaluate.ts';
import type { AnswersOfFile } from '../../domain/evaluate/evaluation.ts';
import { previewLine } from '../foreign-text.ts';
import { formatCount, formatQuantity } from '../numbers.ts';

/** What became of the rows of a file of answers, in one sentence. */
export function answersText(imported: AnswersImport): string {
  const { name, read, added, known, conflictsTotal, unmatchedTotal, unusable } = imported;
  const parts = [
    `${formatCount(added)} added to “${name}”`,
    known > 0 && `${formatCount(known)} there already`,
    conflictsTotal > 0 &&
      `${formatCount(conflictsTotal)} left out, because their prompt has another answer`,
    unmatchedTotal > 0 && `${formatCount(unmatchedTotal)} to no prompt of the set`,
    unusable > 0 && `${formatCount(unusable)} not usable`,
  ];
  return `${formatQuantity(read, 'row')} read: ${parts.filter(Boolean).join(', ')}.`;
}

/** How many prompts of the set still lack an answer; empty when none does. */
export const missingText = ({ missingTotal, name }: AnswersImport): string =>
  missingTotal === 0
    ? ''
    : `${formatQuantity(missingTotal, 'prompt')} of the set ${missingTotal === 1 ? 'has' : 'have'} no ` +
      `answer of “${name}”: nobody votes on ${missingTotal === 1 ? 'it' : 'them'} in an evaluation.`;

/** One thing that did not become an answer, or is missing: where, and why. */
export interface AnswerRemark {
  where: string;
  what: string;
}

/** Everything of a file that was left out, in the order of its lines, then the prompts without an answer. */
export function answerRemarks(imported: AnswersImport): AnswerRemark[] {
  const { conflicts, unmatched, errors, missing } = imported;
  const lines = [
    ...errors.map(({ line, message }) => ({ line, what: message })),
    ...conflicts.map(({ line, ordinal }) => ({
      line,
      what: `prompt ${ordinal + 1} has another answer, which stays`,
    })),
    ...unmatched.map(({ line, prompt, reason }) => ({ line, what: `“${prompt}”: ${reason}` })),
  ].toSorted((p, q) => p.line - q.line);
  return [
    ...lines.map(({ line, what }) => ({ where: `line ${line}`, what })),
    ...missing.map(({ ordinal, prompt }) => ({
      where: `prompt ${ordinal + 1}`,
      what: `no answer: “${prompt}”`,
    })),
  ];
}

/** Where imported answers came from, for a list: the files, and who gave them as the files say. */
export function originsText({ origins }: Pick<AnswersOfFile, 'origins'>): string {
  const files = [...new Set(origins.map(({ importedFrom }) => importedFrom))];
  const said = [...new Set(origins.flatMap(({ generator }) => generator ?? []))];
  const by = said.length > 0 ? ` (${said.map(short).join(', ')})` : '';
  return `${files.map(short).join(', ')}${by}`;
}

const short = (text: string) => previewLine(text, 60);
