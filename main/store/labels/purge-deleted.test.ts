import { expect, test } from 'vitest';
import { findSystem } from '../repositories/systems.ts';
import { insertAnswersSystem } from '../repositories/imported-answers.ts';
import { insertStudy } from '../repositories/studies.ts';
import { aProject } from '../testing/a-project.ts';
import { markDeleted, purgeDeleted } from './purge-deleted.ts';

test('deleted answers stay as the focus of a study, whose pairs are gone, until it is deleted, too', () => {
  using project = aProject();
  const { db } = project.file;
  const focusSystemId = insertAnswersSystem(db, 'focus');
  const numbers = { seed: 1, parallel: 1, overlapPercent: 100, calibrationItems: 0 };
  const study = { id: 's', name: 's', design: 'focus', jobId: null, author: 'me' } as const;
  insertStudy(db, { ...study, ...numbers, focusSystemId });
  markDeleted(db, { thing: 'answers', id: focusSystemId }, 'me');
  purgeDeleted(db);
  expect(findSystem(db, focusSystemId)).toMatchObject({ kind: 'answers' });
  markDeleted(db, { thing: 'study', id: 's' }, 'me');
  purgeDeleted(db);
  expect(findSystem(db, focusSystemId)).toBeUndefined();
});
