import { describe, expect, test } from 'vitest';
import type { JobProgress, JobSnapshot, JobState } from '../domain/job.ts';
import { describeJob, describeProgress, describeResult, joinFacts } from './progress.ts';

const progress = (facts: Partial<JobProgress>): JobProgress => ({
  phase: 'training',
  done: 0,
  total: 0,
  unit: 'steps',
  etaMs: null,
  detail: '',
  subtask: null,
  ...facts,
});

const job = (state: JobState, known: JobProgress | null = null): JobSnapshot => ({
  id: 'job',
  revision: 1,
  kind: 'train',
  title: 'a run',
  subjectId: 'run',
  state,
  progress: known,
  error: null,
  result: null,
  sequence: 1,
  createdMs: 0,
  startedMs: 1000,
  finishedMs: 5000,
});

describe('progress', () => {
  test('counts a step only when it is done', () => {
    const text = describeProgress(progress({ done: 11.9, total: 1200 }));
    expect(text).toBe('training: 11 of 1,200 steps');
  });

  test('speaks of one thing as of one', () => {
    const one = progress({ phase: 'moving', unit: 'samples', done: 0, total: 1 });
    expect(describeProgress(one)).toBe('moving: 0 of 1 sample');
    expect(describeProgress(progress({ done: 1 }))).toBe('training: 1 step');
  });

  test('tells bytes as sizes', () => {
    const hashed = progress({ phase: 'hashing', unit: 'bytes', done: 512, total: 1024 });
    expect(describeProgress(hashed)).toBe('hashing: 512 B of 1.0 KiB');
  });

  test('names no total where none is known', () => {
    expect(describeProgress(progress({ phase: 'loading' }))).toBe('loading…');
    expect(describeProgress(progress({ done: 1200 }))).toBe('training: 1,200 steps');
  });

  test('tells of the last step while what follows it is done', () => {
    const subtask = { phase: 'answering probe prompts', done: 3, total: 20, unit: 'answers' };
    const last = progress({ done: 210, total: 210, subtask });
    expect(describeProgress(last)).toBe(
      'answering probe prompts: 3 of 20 answers · after 210 of 210 steps',
    );
    const saving = { phase: 'saving', done: 0, total: 0, unit: '' };
    expect(describeProgress({ ...last, subtask: saving })).toBe('saving… · after 210 of 210 steps');
  });
});

describe('a job', () => {
  test.each([
    ['queued', 'Waiting for its turn'],
    ['pausing', 'Saving, then pausing…'],
    ['cancelling', 'Stopping…'],
    ['running', 'training: 3 of 10 steps'],
    ['failed', ''],
    ['paused', ''],
  ] as const)('that is %s says “%s”, whatever its last progress was', (state, text) => {
    expect(describeJob(job(state, progress({ done: 3, total: 10 })))).toBe(text);
  });

  test('that has just started says so', () => {
    expect(describeJob(job('running'))).toBe('Starting…');
    expect(describeJob(undefined)).toBe('');
  });
});

test('facts that are empty leave no separator', () => {
  expect(joinFacts(['a', '', 'b'])).toBe('a · b');
});

test('the result of a job is its counts in words, zeros and objects left out', () => {
  const result = { runId: 'r', steps: 4000, outputTokens: 1, files: 0, left: { x: 1 } };
  const done = { ...job('succeeded'), result };
  expect(describeResult(done)).toBe('4,000 steps · 1 output tokens');
});
