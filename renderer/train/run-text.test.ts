import { describe, expect, it } from 'vitest';
import type { JobProgress, JobSnapshot, JobState } from '../../shared/domain/job.ts';
import {
  describeProgress,
  describeResume,
  durationOf,
  formatLoss,
  formatRate,
} from './run-text.ts';

const job = (state: JobState, progress: Partial<JobProgress> | null = null): JobSnapshot => ({
  id: 'job',
  revision: 1,
  kind: 'train',
  title: 'a run',
  subjectId: 'run',
  state,
  progress: progress && {
    phase: 'training',
    done: 0,
    total: 0,
    unit: 'steps',
    etaMs: null,
    detail: '',
    aside: null,
    ...progress,
  },
  error: null,
  result: null,
  createdMs: 0,
  startedMs: 1000,
  finishedMs: 5000,
});

const stopped = (savedStep: number, step: number | null) => ({
  savedStep,
  lastMetric:
    step === null
      ? null
      : {
          step,
          epoch: 1,
          loss: 1,
          learningRate: 1,
          gradNorm: 1,
          tokensPerSecond: 1,
          elapsedMs: 1,
        },
});

describe('describeResume', () => {
  it.each([
    [stopped(0, null), 'It would start with the first step.'],
    [stopped(0, 3), 'No checkpoint was written yet: it would start again from the first step.'],
    [stopped(1200, 1200), 'Resumed, it goes on after step 1,200. Nothing is done twice.'],
    [stopped(1200, 1201), 'Resumed, it goes on after step 1,200. 1 later step is repeated.'],
    [stopped(10, 15), 'Resumed, it goes on after step 10. 5 later steps are repeated.'],
  ])(
    'tells the step of the checkpoint that a resumed run goes on from, and how many it repeats',
    (run, text) => {
      expect(describeResume(run)).toBe(text);
    },
  );
});

describe('describeProgress', () => {
  it('counts a step only when it is done', () => {
    const text = describeProgress(job('running', { done: 11.9, total: 1200 }));
    expect(text).toBe('training: 11 of 1,200 steps');
  });

  it('prints hashed bytes as sizes', () => {
    const progress = { phase: 'hashing', unit: 'bytes', done: 512, total: 1024 };
    expect(describeProgress(job('running', progress))).toBe('hashing: 512 B of 1.0 KiB');
  });

  it('does not invent a total for a phase that has none', () => {
    expect(describeProgress(job('running', { phase: 'loading' }))).toBe('loading…');
  });

  it('tells of the last step while the answers after it are written', () => {
    const aside = { phase: 'answering probe prompts', done: 3, total: 20, unit: 'answers' };
    const progress = { done: 210, total: 210, aside };
    expect(describeProgress(job('running', progress))).toBe(
      'answering probe prompts: 3 of 20 answers · after 210 of 210 steps',
    );
    const saving = { phase: 'saving', done: 0, total: 0, unit: '' };
    expect(describeProgress(job('running', { ...progress, aside: saving }))).toBe(
      'saving… · after 210 of 210 steps',
    );
  });

  it('says nothing about a run that has ended, whatever its last progress was', () => {
    expect(describeProgress(job('failed', { done: 3, total: 10 }))).toBe('');
  });
});

describe('durationOf', () => {
  it('measures from the start, not from the wait in the queue', () => {
    expect(durationOf(job('succeeded'))).toBe(4000);
  });

  it('does not count the time between a crash and the next start of the program', () => {
    expect(durationOf(job('interrupted'))).toBeNull();
  });
});

describe('numbers', () => {
  it.each([
    [1e-4, '1e-4'],
    [0.00025, '2.5e-4'],
    [1, '1'],
    [0.020004, '0.02'],
    [0, '0'],
    [4.26e-3, '4.26e-3'],
  ])('writes the learning rate %d without idle zeros', (rate, text) => {
    expect(formatRate(rate)).toBe(text);
  });

  it('names a loss that blew up', () => {
    expect(formatLoss(Number.NaN)).toBe('not a number');
    expect(formatLoss(2)).toBe('2.0000');
  });
});
