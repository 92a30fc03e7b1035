import { expect, test } from 'vitest';
import { renameThing } from '../labels/rename-thing.ts';
import { labelsOf } from '../repositories/labels.ts';
import { listRuns } from '../repositories/runs.ts';
import { withFilledProject } from '../testing/filled-project.ts';

test('a project of the eleventh version keeps its names, and its things can be renamed', () => {
  withFilledProject(11, (db) => {
    expect(listRuns(db)).toMatchObject([{ id: 'r', name: 'r' }]);
    expect(labelsOf(db, 'run')).toEqual(new Map());
    renameThing(db, { thing: 'run', id: 'r' }, 'new', 'me');
    expect(listRuns(db)).toMatchObject([{ id: 'r', name: 'new' }]);
    expect(labelsOf(db, 'run').get('r')).toEqual({ name: 'new', note: '', tags: [] });
  });
});
