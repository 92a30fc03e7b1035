import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { run } from '../database.ts';
import { openProjectFile } from '../file/open-project-file.ts';
import { evaluationsOfStudy, findEvaluation } from '../repositories/evaluations.ts';
import { insertStudy, listStudies } from '../repositories/studies.ts';
import { standingVotes } from '../repositories/votes.ts';
import { fillEveryOldTable } from '../testing/fill-every-table.ts';
import { writeOldProject } from '../testing/old-project.ts';

const folder = mkdtempSync(join(tmpdir(), 'lima-studies-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('evaluations of an earlier version stand by themselves, and studies are stored beside them', () => {
  const path = join(folder, 'old.lima');
  writeOldProject(path, 18, (db) => {
    fillEveryOldTable(db);
    run(db, 'UPDATE project SET last_sequence = 1000');
  });
  const file = openProjectFile(path);
  const { db } = file;
  try {
    expect(listStudies(db)).toEqual([]);
    expect(findEvaluation(db, 'id', 'e')?.studyId).toBeNull();
    expect(standingVotes(db, 'e').length).toBeGreaterThan(0);
    const study = { id: 's', name: 's', design: 'round-robin', seed: 1, parallel: 1 } as const;
    const queue = { overlapPercent: 50, calibrationItems: 1, focusSystemId: null, jobId: null };
    insertStudy(db, { ...study, ...queue, author: 'me' });
    expect(listStudies(db)).toMatchObject([{ ...study, ...queue, revealedMs: null }]);
    expect(evaluationsOfStudy(db, 's')).toEqual([]);
  } finally {
    file.close();
  }
});
