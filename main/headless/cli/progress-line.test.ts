import { expect, it } from 'vitest';
import type { Job } from '../../../shared/contract/job-kinds.ts';
import { formatTable } from './terminal.ts';
import { progressLine } from './wait-for-job.ts';

const job: Job = {
  id: 'job',
  revision: 1,
  kind: 'train',
  title: 'a run',
  subjectId: null,
  state: 'running',
  progress: {
    phase: 'training',
    done: 12,
    total: 1300,
    unit: 'steps',
    etaMs: 125_000,
    detail: 'loss 2.1',
    subtask: null,
  },
  error: null,
  result: null,
  sequence: 1,
  createdMs: 0,
  startedMs: 0,
  finishedMs: null,
};

it('tells phase, amount, share, time left and detail in one line', () => {
  const text = 'training: 12 of 1,300 steps (0 %) · 2 min 5 s left';
  expect(progressLine(job)).toBe(`${text} · loss 2.1`);
  expect(progressLine(job, 'epoch 1')).toBe(`${text} · epoch 1`);
  expect(progressLine({ ...job, state: 'pausing' })).toBe('Saving, then pausing…');
});

// The name of a source or a prompt could otherwise clear the screen of whoever lists it.
it('names a control character in a cell instead of printing it', () => {
  const table = formatTable(['source'], [['a\u001b[2J\nb']]);
  expect(table).toBe('source\na⟦U+001B⟧[2J b');
});
