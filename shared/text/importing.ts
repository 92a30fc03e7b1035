import type { ImportReport, RowOutcome } from '../contract/curate.ts';
import { displayLine } from './foreign-text.ts';
import { formatBytes, formatCount, formatQuantity } from './numbers.ts';

const outcomes: Record<RowOutcome, string> = {
  added: 'added',
  duplicate: 'in the project already, or earlier in the file',
  'in-bin': 'in the bin already: restore it there',
  deleted: 'deleted for good before: not brought back',
  'left-out': 'left out',
  unusable: 'not usable',
};

/** What became of rows, in words; a dry run adds nothing and says so. */
export function outcomeText(outcome: RowOutcome, dryRun: boolean): string {
  return dryRun && outcome === 'added' ? 'would be added' : outcomes[outcome];
}

/** How far an import is: `592 rows read, would add 212 samples`. */
export function importProgressText(state: {
  read: number;
  added: number;
  dryRun: boolean;
  unpackedBytes: number | undefined;
}): string {
  const { read, unpackedBytes } = state;
  const facts = [`${formatQuantity(read, 'row')} read, ${addedText(state)}`];
  if (unpackedBytes !== undefined) facts.push(`${formatBytes(unpackedBytes)} unpacked`);
  return facts.join(' · ');
}

/** `212 samples added`, or `would add 212 samples`. */
function addedText({ added, dryRun }: { added: number; dryRun: boolean }): string {
  const amount = formatQuantity(added, 'sample');
  return dryRun ? `would add ${amount}` : `${amount} added`;
}

/** An import on one line; what is zero is left out, apart from what was added. */
export function importSummary(report: ImportReport): string {
  const { read, duplicates, deleted, rows } = report;
  const count = (outcome: RowOutcome) =>
    rows.reduce((sum, part) => sum + (part.outcome === outcome ? part.rows : 0), 0);
  const [leftOut, unusable] = [count('left-out'), count('unusable')];
  const rest = [
    [duplicates, formatQuantity(duplicates, 'duplicate')],
    [deleted, `${formatCount(deleted)} deleted for good before`],
    [leftOut, `${formatQuantity(leftOut, 'row')} left out`],
    [unusable, `${formatQuantity(unusable, 'row')} not usable`],
  ] as const;
  return [
    `${formatQuantity(read, 'row')} read`,
    addedText(report),
    ...rest.filter(([n]) => n > 0).map(([, words]) => words),
  ].join(' · ');
}

/** The account of an import, a line for each outcome: it adds up to the rows that were read. */
export function accountLines({ rows, dryRun, encoding }: ImportReport): string[] {
  const lines = rows.map(
    (part) => `${formatCount(part.rows)} ${part.reason}: ${outcomeText(part.outcome, dryRun)}`,
  );
  return encoding === 'utf-8' ? lines : [...lines, encodingText(encoding)];
}

/** That a file was not UTF-8, so that a person looks whether its letters came out right. */
export function encodingText(encoding: string): string {
  return `The text was read as ${encoding}: look at a sample with letters beyond a to z.`;
}

/** What samples have that was not read, on one line; `undefined` where all of it was. */
export function ignoredFieldsText({ ignoredFields }: ImportReport): string | undefined {
  if (ignoredFields.length === 0) return undefined;
  const named = ignoredFields.map(
    ({ field, samples }) => `${displayLine(field)} (${formatCount(samples)})`,
  );
  return `Fields that were not read, with the number of samples that have them: ${named.join(', ')}`;
}

/** Whether nothing of a file became a sample, now or before. */
export const isUseless = ({
  added,
  duplicates,
  deleted,
}: Pick<ImportReport, 'added' | 'duplicates' | 'deleted'>): boolean =>
  added + duplicates + deleted === 0;

/** What a file looks like of which nothing could be used. */
export function uselessText({ file, format, rows }: ImportReport & { file: string }): string {
  const reasons = rows
    .toSorted((a, b) => b.rows - a.rows)
    .slice(0, 3)
    .map((part) => `${part.reason} (${formatQuantity(part.rows, 'row')})`);
  const seen = reasons.length === 0 ? 'it has no rows' : reasons.join('; ');
  return `Nothing of ${file} could be used. Read as ${format}: ${displayLine(seen)}.`;
}

/** Several imports on one line: `2 files: 5 samples added, 1 duplicate, 1 deleted before`. */
export function importsSummary(
  files: number,
  reports: readonly Pick<ImportReport, 'added' | 'duplicates' | 'deleted' | 'dryRun'>[],
): string {
  const sum = (key: 'added' | 'duplicates' | 'deleted') =>
    reports.reduce((all, report) => all + report[key], 0);
  const dryRun = reports.some((report) => report.dryRun);
  const duplicates = formatQuantity(sum('duplicates'), 'duplicate');
  const deleted = sum('deleted');
  const facts = [addedText({ added: sum('added'), dryRun }), duplicates];
  if (deleted > 0) facts.push(`${formatCount(deleted)} deleted for good before`);
  return `${formatQuantity(files, 'file')}: ${facts.join(', ')}`;
}
