import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { z } from 'zod';
import { all, run } from '../database.ts';
import { openProjectFile } from '../file/open-project-file.ts';
import { comparisonsOf } from '../repositories/comparisons.ts';
import { findEvaluation } from '../repositories/evaluations.ts';
import { findAnswers, insertAnswersSystem } from '../repositories/imported-answers.ts';
import { findSystem } from '../repositories/systems.ts';
import { fillEveryOldTable } from '../testing/fill-every-table.ts';
import { writeOldProject } from '../testing/old-project.ts';

const folder = mkdtempSync(join(tmpdir(), 'lima-answers-'));
afterAll(() => rmSync(folder, { recursive: true }));

const keyRow = z.object({ id: z.string(), keyHash: z.string() });
const keys = 'SELECT id, key_hash AS keyHash FROM system ORDER BY id';

test('systems of the sixteenth version keep their ids, keys and answers, and are weights', () => {
  const path = join(folder, 'old.lima');
  let before: unknown;
  writeOldProject(path, 16, (db) => {
    fillEveryOldTable(db);
    run(db, 'UPDATE project SET last_sequence = 1000');
    before = all(db, keyRow, keys);
  });
  const file = openProjectFile(path);
  try {
    const { db } = file;
    expect(all(db, keyRow, keys)).toEqual(before);
    const evaluation = findEvaluation(db, 'name', 'e');
    expect(findSystem(db, evaluation?.systemAId ?? '')).toMatchObject({ kind: 'weights' });
    expect(comparisonsOf(db, 'e').map(({ a }) => a?.output)).toContain('x');
    const id = insertAnswersSystem(db, 'GPT-4');
    expect(findSystem(db, id)).toEqual({ kind: 'answers', id, name: 'GPT-4' });
    expect(findAnswers(db, 'name', 'GPT-4')?.id).toBe(id);
  } finally {
    file.close();
  }
});
