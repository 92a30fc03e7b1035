import { expect, it } from 'vitest';
import type { ImportReport } from '../../../shared/contract/curate.ts';
import { readImportReport } from './import-outcome.tsx';

it('reads a report back whole, bad lines with their numbers included', () => {
  const report: ImportReport = {
    format: 'alpaca',
    read: 5,
    added: 2,
    duplicates: 1,
    rejected: { 'no answer': 1 },
    errors: [{ line: 3, message: 'not JSON' }],
    errorsTotal: 1,
  };
  expect(readImportReport(structuredClone(report))).toEqual(report);
});

it('finds no report in a result that is none', () => {
  expect(readImportReport(null)).toBeUndefined();
  expect(readImportReport({ modelId: 'x' })).toBeUndefined();
});
