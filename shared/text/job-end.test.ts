import { expect, test } from 'vitest';
import type { JobSnapshot } from '../domain/job.ts';
import { jobEndText } from './job-end.ts';

const job: JobSnapshot = {
  id: 'j',
  revision: 1,
  kind: 'import',
  title: 'Import a.jsonl',
  subjectId: null,
  state: 'succeeded',
  progress: null,
  error: null,
  result: { added: 3 },
  sequence: 1,
  createdMs: 0,
  startedMs: 1000,
  finishedMs: 61_000,
};

test('the end of a long job is told with its outcome', () => {
  expect(jobEndText(job)).toEqual({
    title: 'Import a.jsonl',
    body: 'succeeded after 1 min · 3 added',
  });
  const error = { code: 'DISK_FULL', message: 'The disk is full', detail: '' };
  expect(jobEndText({ ...job, state: 'failed', error })?.body).toContain('The disk is full');
});

test.each([
  ['a short one', { finishedMs: 10_500 }],
  ['one that a person cancelled', { state: 'cancelled' as const }],
  ['one that was paused', { state: 'paused' as const }],
])('nothing is told of %s', (_, change) => {
  expect(jobEndText({ ...job, ...change })).toBeNull();
});
