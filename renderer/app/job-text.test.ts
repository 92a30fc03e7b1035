import { expect, it } from 'vitest';
import type { JobSnapshot } from '../../shared/domain/job.ts';
import { describeProgress, describeResult } from './job-text.ts';

const job: JobSnapshot = {
  id: 'a',
  revision: 1,
  kind: 'import',
  title: 'Import x',
  subjectId: null,
  state: 'running',
  progress: {
    phase: 'importing',
    done: 1024,
    total: 2048,
    unit: 'bytes',
    etaMs: 1,
    detail: 'd',
    aside: null,
  },
  error: null,
  result: null,
  createdMs: 0,
  startedMs: 0,
  finishedMs: null,
};

it('prints bytes as sizes and other units as counts', () => {
  expect(describeProgress(job)).toBe('importing · 1.0 KiB of 2.0 KiB · d');
  const steps = {
    phase: 'training',
    done: 1200,
    total: 0,
    unit: 'steps',
    etaMs: null,
    detail: '',
    aside: null,
  };
  expect(describeProgress({ ...job, progress: steps })).toBe('training · 1,200 steps');
});

it('says that a job stops while the last progress is still there', () => {
  expect(describeProgress({ ...job, state: 'cancelling' })).toBe('Stopping…');
  expect(describeProgress({ ...job, state: 'pausing' })).toBe('Saving, then pausing…');
});

it('names the counts of a result and leaves zeros and objects out', () => {
  const result = { read: 5, added: 4, errorsTotal: 1, duplicates: 0, rejected: { x: 1 } };
  expect(describeResult({ ...job, result })).toBe('5 read · 4 added · 1 bad lines');
});
