import { expect, test } from 'vitest';
import type { ImportReport } from '../contract/curate.ts';
import { accountLines, importProgressText, importSummary } from './importing.ts';

const report: ImportReport = {
  format: 'stack-exchange',
  dryRun: false,
  read: 592,
  added: 212,
  duplicates: 1,
  deleted: 2,
  rows: [
    { outcome: 'added', reason: 'question with an answer', rows: 212 },
    { outcome: 'left-out', reason: 'another answer', rows: 1 },
  ],
  errors: [],
  errorsTotal: 0,
};

test('an import says what it added, and a dry run what it would add', () => {
  const words =
    '592 rows read · 212 samples added · 1 duplicate · 2 deleted for good before · 1 row left out';
  expect(importSummary(report)).toBe(words);
  expect(importSummary({ ...report, dryRun: true })).toBe(
    words.replace('212 samples added', 'would add 212 samples'),
  );
  expect(accountLines(report)[0]).toBe('212 question with an answer: added');
  expect(accountLines({ ...report, dryRun: true })).toEqual([
    '212 question with an answer: would be added',
    '1 another answer: left out',
  ]);
});

test('the progress of a dry run speaks of what it would add', () => {
  const state = { read: 3, added: 1, dryRun: true, unpackedBytes: undefined };
  expect(importProgressText(state)).toBe('3 rows read, would add 1 sample');
  expect(importProgressText({ ...state, dryRun: false, unpackedBytes: 1024 })).toBe(
    '3 rows read, 1 sample added · 1.0 KiB unpacked',
  );
});
