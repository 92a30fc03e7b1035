import { expect, test } from 'vitest';
import { jobSchema, resultOf } from './job-kinds.ts';

const report = {
  format: 'alpaca',
  dryRun: false,
  read: 5,
  added: 2,
  duplicates: 1,
  deleted: 0,
  rows: [
    { outcome: 'added', reason: 'conversation', rows: 2 },
    { outcome: 'duplicate', reason: 'conversation', rows: 1 },
    { outcome: 'unusable', reason: 'no answer', rows: 2 },
  ],
  ignoredFields: [],
  errors: [{ line: 3, message: 'not JSON' }],
  errorsTotal: 1,
  encoding: 'utf-8',
};
const job = {
  id: 'job',
  revision: 1,
  sequence: 1,
  kind: 'import',
  title: 'Import a file',
  subjectId: null,
  state: 'succeeded',
  progress: null,
  error: null,
  result: report,
  createdMs: 0,
  startedMs: 0,
  finishedMs: 0,
};

test('a result comes through whole, and only as that of its own kind', () => {
  const parsed = jobSchema.parse(job);
  expect(resultOf(parsed, 'import')).toEqual(report);
  expect(resultOf(parsed, 'export')).toBeNull();
});

test('a report of an import that leaves a row out of account is none', () => {
  expect(jobSchema.parse({ ...job, result: { ...report, read: 6 } }).result).toBeNull();
});

// A project file may hold jobs of an older program: they must not keep it from opening.
test('a job whose result has another shape is listed without it', () => {
  const parsed = jobSchema.parse({ ...job, result: { modelId: 'x' } });
  expect(parsed).toMatchObject({ state: 'succeeded', result: null });
});
