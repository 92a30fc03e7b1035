import { expect, test } from 'vitest';
import type { DeletionPlan } from '../../domain/deletion.ts';
import { deletionLines, deletionQuestion } from './deleting.ts';

const plan = (more: Partial<DeletionPlan>): DeletionPlan => ({
  thing: 'dataset',
  id: 'd',
  name: 'mine',
  dependents: [],
  freesBytes: 0,
  usedByJob: null,
  ...more,
});

test('a question names what is deleted', () => {
  expect(deletionQuestion(plan({}))).toBe('Delete the dataset “mine”?');
  expect(deletionQuestion(plan({ thing: 'model' }))).toBe('Remove “mine” from the project?');
});

test('what depends on a thing is counted, the first are named, and what becomes of them is said', () => {
  const names = ['a', 'b', 'c', 'd'];
  expect(deletionLines(plan({ dependents: [{ what: 'run', total: 5, names }] }))).toContain(
    '5 runs (“a”, “b”, “c” and 2 more) were trained on it and keep its samples until they are deleted, too.',
  );
  expect(deletionLines(plan({ dependents: [{ what: 'run', total: 1, names: ['a'] }] }))).toContain(
    '1 run (“a”) was trained on it and keeps its samples until it is deleted, too.',
  );
});

test('the disk that is freed is said only where files go', () => {
  expect(deletionLines(plan({ thing: 'run', freesBytes: 2048 }))).toContain(
    'Frees 2.0 KiB of the disk.',
  );
  expect(deletionLines(plan({})).join(' ')).not.toContain('Frees');
});

test('a job in the way is all that is said', () => {
  expect(deletionLines(plan({ usedByJob: 'Train it' }))).toEqual([
    'The job “Train it” works with it: wait for it, or cancel it under Jobs.',
  ]);
});
