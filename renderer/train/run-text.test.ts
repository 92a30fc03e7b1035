import { describe, expect, it, test } from 'vitest';
import type { JobSnapshot, JobState } from '../../shared/domain/job.ts';
import { devLossAt, durationOf } from './run-text.ts';

const job = (state: JobState): JobSnapshot => ({
  id: 'job',
  revision: 1,
  kind: 'train',
  title: 'a run',
  subjectId: 'run',
  state,
  progress: null,
  error: null,
  result: null,
  sequence: 1,
  createdMs: 0,
  startedMs: 1000,
  finishedMs: 5000,
});

describe('durationOf', () => {
  it('measures from the start, not from the wait in the queue', () => {
    expect(durationOf(job('succeeded'))).toBe(4000);
  });

  it('does not count the time between a crash and the next start of the program', () => {
    expect(durationOf(job('interrupted'))).toBeNull();
  });
});

const losses = [2.5, 2.25, 2.125, 2.75].map((loss, epoch) => ({ step: epoch * 30, epoch, loss }));

test('a step shows the last dev loss measured by then, and none before the first', () => {
  expect(devLossAt(losses, 29)?.epoch).toBe(0);
  expect(devLossAt(losses, 30)?.epoch).toBe(1);
  expect(devLossAt(losses.slice(1), 29)).toBeUndefined();
});
