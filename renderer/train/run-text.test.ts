import { describe, expect, it } from 'vitest';
import type { JobSnapshot, JobState } from '../../shared/domain/job.ts';
import { durationOf } from './run-text.ts';

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
