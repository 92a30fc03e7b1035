import { expect, test } from 'vitest';
import { z } from 'zod';
import { all } from '../database.ts';
import { comparisonsOf } from '../repositories/comparisons.ts';
import { findEvaluation } from '../repositories/evaluations.ts';
import { findAnswers, insertAnswersSystem } from '../repositories/imported-answers.ts';
import { findSystem } from '../repositories/systems.ts';
import { withFilledProject } from '../testing/filled-project.ts';

const keyRow = z.object({ id: z.string(), keyHash: z.string() });
const keys = 'SELECT id, key_hash AS keyHash FROM system ORDER BY id';

test('systems of the sixteenth version keep their ids, keys and answers, and are weights', () => {
  let before: unknown;
  withFilledProject(
    16,
    (db) => {
      expect(all(db, keyRow, keys)).toEqual(before);
      const evaluation = findEvaluation(db, 'name', 'e');
      expect(findSystem(db, evaluation?.systemAId ?? '')).toMatchObject({ kind: 'weights' });
      expect(comparisonsOf(db, 'e').map(({ a }) => a?.output)).toContain('x');
      const id = insertAnswersSystem(db, 'GPT-4');
      expect(findSystem(db, id)).toEqual({ kind: 'answers', id, name: 'GPT-4' });
      expect(findAnswers(db, 'name', 'GPT-4')?.id).toBe(id);
    },
    (db) => {
      before = all(db, keyRow, keys);
    },
  );
});
