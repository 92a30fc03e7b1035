import { expect, test } from 'vitest';
import type { ImportReport } from '../contract/curate.ts';
import {
  accountLines,
  ignoredFieldsText,
  importProgressText,
  importSummary,
  isUseless,
  uselessText,
} from './importing.ts';

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
  ignoredFields: [],
  errors: [],
  errorsTotal: 0,
  encoding: 'utf-8',
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

test('fields that were not read are named with the number of samples that have them', () => {
  expect(ignoredFieldsText(report)).toBeUndefined();
  const ignoredFields = [{ field: 'category', samples: 1200 }];
  expect(ignoredFieldsText({ ...report, ignoredFields })).toBe(
    'Fields that were not read, with the number of samples that have them: category (1,200)',
  );
});

test('a file is of no use when nothing of it is a sample, and what is said tells what it looks like', () => {
  const known = { added: 0, duplicates: 3, deleted: 0 };
  expect([report, known, { ...known, duplicates: 0, deleted: 1 }].map(isUseless)).toEqual([
    false,
    false,
    false,
  ]);
  const nothing = {
    ...report,
    file: 'a.json',
    format: 'messages',
    added: 0,
    duplicates: 0,
    deleted: 0,
    rows: [{ outcome: 'unusable' as const, reason: 'the record has images', rows: 3 }],
  };
  expect(isUseless(nothing)).toBe(true);
  expect(uselessText(nothing)).toBe(
    'Nothing of a.json could be used. Read as messages: the record has images (3 rows).',
  );
});
