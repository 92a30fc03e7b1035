import { expect, test } from 'vitest';
import { jobProgressSchema } from './job.ts';

// Project files keep the progress of every job: earlier versions called its fields otherwise.
test('stored progress is read without the fields that this version does not know', () => {
  const counted = { phase: 'training', done: 3, total: 10, unit: 'steps', etaMs: null };
  const saving = { phase: 'saving', done: 0, total: 0, unit: '' };
  const stored: unknown = { ...counted, waitsFor: saving };
  expect(jobProgressSchema.parse(stored)).toEqual({ ...counted, detail: '', subtask: null });
});
