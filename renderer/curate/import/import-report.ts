import type { ImportReport } from '../../../shared/contract/curate.ts';
import type { JobSnapshot } from '../../../shared/domain/job.ts';

type Json = NonNullable<JobSnapshot['result']>[string];

/**
 * The report inside an import job's result; `undefined` while there is none. Read by hand: the
 * contract's schema would bring the whole validator into the page for this one place.
 */
export function readImportReport(result: JobSnapshot['result']): ImportReport | undefined {
  if (typeof result?.['read'] !== 'number') return undefined;
  return {
    format: textOf(result['format']),
    read: numberOf(result['read']),
    added: numberOf(result['added']),
    duplicates: numberOf(result['duplicates']),
    rejected: countsOf(result['rejected']),
    errors: Array.isArray(result['errors']) ? result['errors'].flatMap(badLineOf) : [],
    errorsTotal: numberOf(result['errorsTotal']),
  };
}

function numberOf(value: Json | undefined): number {
  return typeof value === 'number' ? value : 0;
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

function countsOf(value: Json | undefined): Record<string, number> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([key, count]) => [key, numberOf(count)]));
}

function badLineOf(value: Json): { line: number; message: string }[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return [{ line: numberOf(value['line']), message: textOf(value['message']) }];
}
