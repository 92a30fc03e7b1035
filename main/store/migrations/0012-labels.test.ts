import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { run } from '../database.ts';
import { openProjectFile } from '../file/open-project-file.ts';
import { renameThing } from '../labels/rename-thing.ts';
import { labelsOf } from '../repositories/labels.ts';
import { listRuns } from '../repositories/runs.ts';
import { fillEveryOldTable } from '../testing/fill-every-table.ts';
import { writeOldProject } from '../testing/old-project.ts';

const folder = mkdtempSync(join(tmpdir(), 'lima-labels-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('a project of the eleventh version keeps its names, and its things can be renamed', () => {
  const path = join(folder, 'old.lima');
  writeOldProject(path, 11, (db) => {
    fillEveryOldTable(db);
    run(db, 'UPDATE project SET last_sequence = 1000');
  });
  const file = openProjectFile(path);
  try {
    expect(listRuns(file.db)).toMatchObject([{ id: 'r', name: 'r' }]);
    expect(labelsOf(file.db, 'run')).toEqual(new Map());
    renameThing(file.db, { thing: 'run', id: 'r' }, 'new', 'me');
    expect(listRuns(file.db)).toMatchObject([{ id: 'r', name: 'new' }]);
    expect(labelsOf(file.db, 'run').get('r')).toEqual({ name: 'new', note: '', tags: [] });
  } finally {
    file.close();
  }
});
